import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startCall } from './call.ts'
import { pressSecretly, testCard } from './fake-keypad.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'

/** A call whose prompts may not be fetched from where they are, and whose audit log takes no word of that. */
async function unlogged(world: FakeWorld): Promise<void> {
  const [app] = world.deps.apps.values()
  assert.ok(app)
  const { audit } = world.deps.keep
  const keep = {
    ...world.deps.keep,
    audit: (event: Parameters<typeof audit>[0]) =>
      event.type === 'region.refused' ? Promise.reject(new Error('full')) : audit(event),
  }
  const fetchAudio = () => Promise.reject(Object.assign(new Error('elsewhere'), { code: 'REGION_REFUSED' }))
  startCall({ ...world.deps, keep }, { ...app, fetchAudio }, world.incoming)
  await settle()
}

describe('fetchAudio()', () => {
  for (const barge of [true, false])
    test(`tells an address that is none, and a gather with barge_in ${barge} waits for keys`, async () => {
      const world = fakeWorld()
      const gather = { type: 'gather', timeout_ms: 2_000, barge_in: barge, prompt_url: 'https://[' }
      world.decisions.push(answers(gather), answers({ type: 'hangup' }))
      const call = await begin(world)
      assert.partialDeepStrictEqual(
        world.told.filter(({ type }) => type === 'play.failed'),
        [{ data: { url: 'https://[' } }],
      )
      world.clock.advance(2_000)
      await call.settled
      assert.partialDeepStrictEqual(world.asked[1]?.data, { digits: '', reason: 'timeout' })
    })

  test('tells an address that is none of a play, which is skipped', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'play', url: 'https://[' }, { type: 'hangup' }))
    const call = await begin(world)
    await call.settled
    assert.equal(traced(world, /^tell play.failed/).length, 1)
    assert.ok(world.trace.includes('ended app-hung-up'))
  })
})

test('gather ends when its prompts cannot go on, and so does the call', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'gather', prompt_url: '/menu.wav', timeout_ms: 2_000 }))
  await unlogged(world)
  assert.ok(world.trace.includes('ended audit-failed'))
  assert.equal(world.clock.timers, 0)
  world.media({ kind: 'dtmf', leg: fakeLeg, digit: '4', durationMs: 100 })
  await settle()
  assert.equal(world.asked.length, 1)
})

test('pay() goes on to its end when what is played meanwhile cannot be', async () => {
  const world = fakeWorld()
  const url = { processing_url: '/wait.wav' }
  const pay = { type: 'pay', provider: 'stripe', amount_minor: 1_999, currency: 'EUR', reference: 'order-7' }
  world.decisions.push(answers({ ...pay, ...url }, { type: 'wait' }), answers())
  await unlogged(world)
  await pressSecretly(world, `${testCard.number}${testCard.expiry}${testCard.code}`)
  assert.equal(world.payments.asked.length, 1)
  assert.ok(traced(world, /^ended/).length <= 1)
})
