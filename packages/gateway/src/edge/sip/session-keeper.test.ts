import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest, createResponse } from '@voxkeep/wire/sip'
import { fakeClock } from '#kernel'
import type { SipConnection } from './connection.ts'
import type { Outcome } from './peers.ts'
import { sessionKeeper } from './session-keeper.ts'
import { sessionTimerOf, type SessionTimerOffer } from './session-timer.ts'

const request = createRequest({ method: 'UPDATE', uri: 'sip:a@b.example', headers: [] })
const answered = (status: number, ...headers: [string, string][]): Outcome => ({
  kind: 'response',
  response: createResponse(request, status, undefined, { headers }),
  connection: undefined as unknown as SipConnection, // no keeper looks at it
})
const weRefresh: SessionTimerOffer = {
  kind: 'timer',
  timer: { intervalS: 1_800, refresher: 'uas' },
  peerRefreshes: false,
}

function kept(outcomes: Outcome[]) {
  const clock = fakeClock()
  const sent: { atMs: number; asked: string }[] = []
  let givenUpAtMs: number | undefined
  const keeper = sessionKeeper({
    clock,
    chance: () => 0.5,
    ownsCallId: true,
    refresh: async (headers) => {
      sent.push({ atMs: clock.monotonicMs(), asked: headers[0]?.[1] ?? '' })
      const outcome = outcomes.shift() ?? { kind: 'unreachable' }
      if (outcome.kind === 'response' && outcome.response.status < 300) keeper.renewed(outcome.response)
      return outcome
    },
    giveUp: () => void (givenUpAtMs ??= clock.monotonicMs()),
  })
  /** Lets promises settle between the timers. */
  async function advance(ms: number) {
    for (let step = 0; step < 100; step += 1) {
      clock.advance(ms / 100)
      await Promise.resolve()
      await Promise.resolve()
    }
  }
  return { clock, keeper, sent, advance, givenUpAtMs: () => givenUpAtMs }
}

test('sessionKeeper() refreshes at half of the interval, again and again', async () => {
  const ok = () => answered(200, ['Session-Expires', '1800;refresher=uac'])
  const { keeper, sent, advance, givenUpAtMs } = kept([ok(), ok(), ok()])
  keeper.agree(weRefresh)
  await advance(2_700_000)
  assert.deepEqual(
    sent.map(({ asked }) => asked),
    ['1800;refresher=uac', '1800;refresher=uac', '1800;refresher=uac'],
  )
  assert.equal(sent[0]?.atMs, 900_000)
  assert.equal(givenUpAtMs(), undefined)
})

test('sessionKeeper() tries again while there is no way to the peer, and gives up before the interval ends', async () => {
  const { keeper, sent, advance, givenUpAtMs } = kept([])
  keeper.agree(weRefresh)
  await advance(1_800_000)
  assert.ok(sent.length > 10)
  assert.equal(givenUpAtMs(), 1_768_000)
})

test('sessionKeeper() lives with a refusal until the interval is nearly over (RFC 4028 §10)', async () => {
  const { keeper, sent, advance, givenUpAtMs } = kept([answered(500)])
  keeper.agree(weRefresh)
  await advance(1_700_000)
  assert.deepEqual([sent.length, givenUpAtMs()], [1, undefined])
  await advance(100_000)
  assert.equal(givenUpAtMs(), 1_768_000)
})

test('interop 24: sessionKeeper() waits after glare as the owner of the Call-ID does', async () => {
  const { keeper, sent, advance } = kept([answered(491), answered(200)])
  keeper.agree(weRefresh)
  await advance(910_000)
  const waitedMs = (sent[1]?.atMs ?? 0) - 900_000
  assert.ok(waitedMs >= 2_100 && waitedMs <= 20_000, String(waitedMs)) // steps of the test are 9.1 s
})

test('sessionKeeper() does not go on asking a peer whose 422 says nothing new', async () => {
  const { keeper, sent, advance } = kept([answered(422, ['Min-SE', '90'])])
  keeper.agree(weRefresh)
  await advance(1_000_000)
  assert.equal(sent.length, 1)
})

test('sessionKeeper() leaves no timer behind', () => {
  const { clock, keeper } = kept([])
  keeper.agree(weRefresh)
  keeper.agree(
    sessionTimerOf(createResponse(request, 200, undefined, { headers: [['x', '90;refresher=uas']] })),
  )
  keeper.stop()
  assert.equal(clock.timers, 0)
  assert.deepEqual(keeper.headers(), [
    ['Session-Expires', '90;refresher=uas'],
    ['Min-SE', '90'],
  ])
})
