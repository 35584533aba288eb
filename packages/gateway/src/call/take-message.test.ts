import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callCommands } from './commands.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'

const commands = (...list: object[]) => callCommands.parse(list)
const voice = Uint8Array.from({ length: 800 }, (_, at) => (at % 2 === 0 ? 0x90 : 0x10))

/** The caller says something for so long, 100 ms at a time. */
async function speak(world: FakeWorld, ms: number, ulaw = voice): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    world.media({ kind: 'heard', leg: fakeLeg, channel: 0, positionSamples: passed * 8, ulaw })
    world.clock.advance(100)
    await settle()
  }
}

async function taking(more: object = {}, options: Parameters<typeof fakeWorld>[0] = {}) {
  const world = fakeWorld(options)
  world.decisions.push(
    answers({ type: 'message', silence_ms: 2_000, ...more }, { type: 'hangup' }),
    answers({ type: 'hangup' }),
  )
  const call = await begin(world)
  world.finishPlay() // the beep
  await settle()
  return { world, call }
}
const told = (world: FakeWorld) => world.asked[1]?.data

describe('message', () => {
  test('records from before the beep until silence, seals it, and asks the app with what there is', async () => {
    const { world, call } = await taking({ action_url: '/left' })
    assert.ok(
      world.trace.indexOf('startRecording') < world.trace.findIndex((line) => line.startsWith('play ')),
    )
    await speak(world, 3_000)
    world.clock.advance(2_000)
    await call.settled
    assert.partialDeepStrictEqual(world.asked[1], {
      type: 'call.message',
      data: { reason: 'silence', recording_state: 'sealed', own: true, said: true, from_ms: 0 },
      to: { url: 'https://app.test/left' },
    })
    const { duration_ms: ms, recording_id: id } = told(world) as { duration_ms: number; recording_id: string }
    assert.ok(ms >= 2_800 && ms <= 3_000, `${ms}`)
    assert.match(id, /^rec_/)
    assert.ok(world.trace.indexOf('stopRecording') < world.trace.indexOf('ended app-hung-up'))
    assert.equal(world.clock.timers, 0)
  })

  test('counts the silence at its end where `trim` is off', async () => {
    const { world, call } = await taking({ trim: false })
    await speak(world, 1_000)
    world.clock.advance(2_000)
    await call.settled
    assert.ok((told(world) as { duration_ms: number }).duration_ms >= 2_900)
  })

  test('ends with a key that it was given, which it tells, and with no other', async () => {
    const { world, call } = await taking({ finish_on_key: '*#' })
    await speak(world, 500)
    for (const digit of ['1', '#']) world.media({ kind: 'dtmf', leg: fakeLeg, digit, durationMs: 100 })
    await call.settled
    assert.partialDeepStrictEqual(told(world), { reason: 'finish-key', key: '#', duration_ms: 500 })
  })

  test('ends at its longest, however long somebody speaks', async () => {
    const { world, call } = await taking({ max_ms: 1_000 })
    await speak(world, 1_000)
    await call.settled
    assert.partialDeepStrictEqual(told(world), { reason: 'max-length', duration_ms: 1_000 })
  })

  test('takes steady noise for silence', async () => {
    const hum = Uint8Array.from({ length: 800 }, (_, at) => (at % 2 === 0 ? 0xb8 : 0x38))
    const { world, call } = await taking({ silence_ms: 5_000 })
    await speak(world, 12_000, hum)
    await call.settled
    assert.partialDeepStrictEqual(told(world), { reason: 'silence' })
  })

  test('is told as an event when the caller hangs up, for nobody can be asked any more', async () => {
    const { world, call } = await taking({ events: { url: '/told' } })
    await speak(world, 700)
    world.signalling().ended('caller-hung-up')
    await call.settled
    assert.equal(world.asked.length, 1)
    assert.partialDeepStrictEqual(
      world.told.filter(({ type }) => type === 'call.message'),
      [{ data: { reason: 'hangup', duration_ms: 700 }, to: { url: 'https://app.test/told' } }],
    )
    assert.ok(world.trace.includes('stopRecording'))
  })

  test('that newer commands end is told as an event as well, and its recording sealed', async () => {
    const { world, call } = await taking()
    await speak(world, 300)
    await call.command(commands({ type: 'wait' }))
    await settle()
    assert.partialDeepStrictEqual(
      world.told.filter(({ type }) => type === 'call.message'),
      [{ data: { reason: 'superseded' } }],
    )
    assert.ok(world.trace.includes('stopRecording'))
    assert.equal(call.state, 'active')
  })

  test('is a stretch of the recording that runs, which goes on', async () => {
    const world = fakeWorld()
    const message = { type: 'message', silence_ms: 1_000 }
    world.decisions.push(
      answers({ type: 'record' }, { type: 'wait', ms: 4_000 }, message),
      answers({ type: 'wait' }),
    )
    await begin(world)
    world.clock.advance(4_000)
    await settle()
    world.finishPlay()
    await settle()
    await speak(world, 500)
    world.clock.advance(1_000)
    await settle()
    assert.partialDeepStrictEqual(told(world), {
      from_ms: 4_000,
      own: false,
      recording_state: 'recording',
      reason: 'silence',
    })
    assert.equal(traced(world, /^startRecording/).length, 1)
    assert.deepEqual(traced(world, /^stopRecording/), [])
  })

  test('asks nobody to speak where they may not be recorded: no beep, no recording', async () => {
    const world = fakeWorld()
    const beginRecording = () => {
      throw Object.assign(new Error('nothing is kept'), { code: 'STREAM_ONLY' })
    }
    Object.assign(world.deps.keep, { beginRecording })
    world.decisions.push(answers({ type: 'message', events: { url: '/told' } }), answers({ type: 'hangup' }))
    await (
      await begin(world)
    ).settled
    assert.partialDeepStrictEqual(told(world), { recording_id: null, reason: 'not-recorded', said: false })
    assert.deepEqual(traced(world, /^(play|startRecording)/), [])
    assert.partialDeepStrictEqual(
      world.told.filter(({ type }) => type === 'recording.refused'),
      [{ to: { url: 'https://app.test/told' } }],
    )
  })

  test('asks nobody to speak while the recording that runs is paused', async () => {
    const world = fakeWorld()
    world.decisions.push(
      answers({ type: 'record' }, { type: 'record', action: 'pause' }, { type: 'message' }),
      answers({ type: 'hangup' }),
    )
    await (
      await begin(world)
    ).settled
    assert.partialDeepStrictEqual(told(world), { recording_id: null, reason: 'not-recorded' })
  })

  test('with `on_empty: go-on` goes on where nothing was said', async () => {
    const { world, call } = await taking({ on_empty: 'go-on' })
    world.clock.advance(2_000)
    await call.settled
    assert.equal(world.asked.length, 1)
    assert.ok(world.trace.includes('ended app-hung-up'))
  })
})
