import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecordingId } from '#kernel'
import { callCommands } from './commands.ts'
import { begin, pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'

const parsed = (...commands: object[]) => callCommands.parse(commands)
const record = { type: 'record', events: { url: '/recorded' } }
const message = { type: 'message', silence_ms: 2_000, beep: false }
const sealed = { bytes: 100, segments: 1, durationMs: 1_000, sha256: 'ab', marks: [] }

/** A call whose recordings begin when `go` is called. */
async function held(...actions: object[]) {
  const world = fakeWorld()
  const { audit } = world.deps.keep
  const gate = Promise.withResolvers<void>()
  Object.assign(world.deps.keep, {
    audit: async (event: Parameters<typeof audit>[0]) => {
      if (event.type === 'recording.starting') await gate.promise
      return audit(event)
    },
  })
  world.decisions.push(answers(...actions), answers({ type: 'wait' }))
  const call = await begin(world)
  const go = async () => {
    gate.resolve()
    await settle()
  }
  return { world, call, go }
}
const recorded = (world: FakeWorld) => traced(world, /^(start|stop)Recording/)
const toldTo = (world: FakeWorld) => world.told.find(({ type }) => type === 'recording.started')?.to?.url

describe('recorder', () => {
  test('a recording that the app asked for goes on after a message that joined its start, and tells where it was asked to', async () => {
    const { world, call, go } = await held({ type: 'wait' })
    void call.command(parsed(record))
    await settle()
    await call.command(parsed(message))
    await go()
    world.clock.advance(2_000)
    await settle()
    assert.partialDeepStrictEqual(world.asked[1]?.data, { reason: 'silence', own: false })
    assert.deepEqual(recorded(world), ['startRecording'])
    assert.equal(toldTo(world), 'https://app.test/recorded')
  })

  test('a message’s recording goes on where the app asked for one meanwhile, and ends with it otherwise', async () => {
    for (const [asks, ended] of [
      [true, []],
      [false, ['stopRecording']],
    ] as const) {
      const { world, call, go } = await held(message)
      if (asks) void call.command(parsed(record))
      await settle()
      await go()
      world.clock.advance(2_000)
      await settle()
      assert.partialDeepStrictEqual(world.asked[1]?.data, { own: !asks })
      assert.deepEqual(recorded(world), ['startRecording', ...ended])
    }
  })

  test('a dial that records leaves a recording running that the app asked for', async () => {
    const { world, call, go } = await held({ type: 'dial', to: '+12125550100', record: true })
    void call.command(parsed(record))
    await settle()
    await pickUp(world)
    await go()
    world.outgoing[0]?.events.ended('caller-hung-up')
    await settle()
    assert.equal(world.asked.at(-1)?.type, 'call.dialed')
    assert.deepEqual(recorded(world), ['startRecording'])
    assert.equal(toldTo(world), 'https://app.test/recorded')
  })

  test('a recording that failed and cannot be listed as such ends no more than itself', async () => {
    const { world, call, go } = await held(record, { type: 'wait' })
    Object.assign(world.deps.keep, { endRecording: () => Promise.reject(new Error('the database is away')) })
    await go()
    const recording = call.look().receipt.recordings[0]?.id as RecordingId
    world.media({ kind: 'record.failed', leg: fakeLeg, recording, code: 'DISK_FULL', sealed })
    await settle()
    assert.deepEqual(traced(world, /^ended/), [])
  })

  test('a recording that cannot be sealed, nor listed as failed, is over, and the call goes on', async () => {
    const { world, call, go } = await held(record, { type: 'wait' })
    const away = () => Promise.reject(new Error('away'))
    Object.assign(world.deps.keep, { endRecording: away })
    Object.assign(world.deps.media, { stopRecording: away })
    await go()
    await call.command(parsed({ type: 'record', action: 'stop' }))
    await settle()
    assert.deepEqual(traced(world, /^ended/), [])
  })
})
