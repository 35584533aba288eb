import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegId, TrunkId } from '#kernel'
import type { FromMedia, SecureRoom } from '#media'
import { CallLeg, type LegDeps } from './call-leg.ts'
import { startCalls } from './calls.ts'
import type { LegSignalling } from './contract.ts'
import { settle } from './fake-run.ts'
import { answers, fakeAnswer, fakeLeg, fakeOffer, fakeWorld } from './fake-world.ts'

const room: SecureRoom = {
  streams: 'nothing',
  recording: 'nothing',
  bridge: 'nothing',
  listening: 'nothing',
  mask: 'silence',
  lookAheadMs: 60,
}

test('a key of a secure room reaches no gathering, no story and no app', async () => {
  const world = fakeWorld()
  world.decisions.push(
    answers({ type: 'gather', num_digits: 1, timeout_ms: 2_000 }),
    answers({ type: 'hangup' }),
  )
  startCalls(world.deps).handle(world.incoming)
  await settle()
  for (const digit of '7919')
    world.media({ kind: 'secure.digit', leg: fakeLeg, digit, durationMs: 7_919, by: 'event' })
  await settle()
  assert.equal(world.asked.length, 1, 'the gathering goes on')
  world.clock.advance(2_000)
  await settle()
  assert.partialDeepStrictEqual(world.asked[1]?.data, { digits: '', reason: 'timeout' })
  const told = JSON.stringify([world.trace, world.stories, world.told, world.asked, world.receipts])
  assert.doesNotMatch(told, /7919|secure\.digit/)
})

/** A leg that talks already, and what its media is told. */
function talking() {
  const said: string[] = []
  const media: LegDeps['media'] = {
    ...fakeWorld().deps.media,
    open: async () => ({ rtpPort: 20_002 }),
    connect: (leg) => void said.push(`connect ${leg}`),
    secure: async (leg, inside) =>
      void said.push(`secure ${leg} ${inside === null ? 'off' : inside.lookAheadMs}`),
    tellDigit: (leg, digit, durationMs) => void said.push(`digit ${leg} ${digit} ${durationMs}`),
  }
  const { deps, incoming } = fakeWorld()
  const heard: FromMedia[] = []
  const watcher = {
    ended: () => {},
    changed: () => {},
    refer: () => ({ status: 403 }),
    media: (event: FromMedia) => void heard.push(event),
  }
  const id = 'leg_a' as LegId
  const leg = new CallLeg({
    id,
    trunk: 'carrier' as TrunkId,
    profile: incoming,
    deps: { ...deps, media },
    watcher,
  })
  return { leg, said, watcher, heard }
}

test('CallLeg tells its media of a key by INFO, which knows whether it is secret, and nobody else', () => {
  const { leg, said, heard } = talking()
  leg.events().dtmf('5', 160)
  assert.deepEqual([said, heard], [['digit leg_a 5 160'], []])
})

test('CallLeg keeps its keys secret when its media moves, before any of it is heard', async () => {
  const { leg, said, watcher } = talking()
  await leg.openMedia()
  const answered = leg.prepare('192.0.2.9', 20_000).answer(fakeOffer)
  assert.ok(answered.ok)
  leg.connect(answered.audio)
  leg.signalling = {
    reoffer: async (offer: string) => fakeAnswer({ offer } as Parameters<typeof fakeAnswer>[0]),
  } as unknown as LegSignalling
  await leg.secure(room)
  said.length = 0
  assert.equal(await leg.move('leg_b' as LegId, 'leg_c' as LegId, watcher), true)
  assert.deepEqual(said, ['secure leg_b 60', 'connect leg_b'])
  await leg.secure(null)
  assert.deepEqual(said.slice(2), ['secure leg_b off'])
})
