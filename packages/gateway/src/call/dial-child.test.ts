import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LegId } from '#kernel'
import { callCommands } from './commands.ts'
import { begin, pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeAnswer, fakeSecurity, fakeWorld, type FakeWorld } from './fake-world.ts'

const dial = { type: 'dial', to: '+12125550100' }

/** A call that dials; `whisper` answers the question that whoever picks up hears of. */
async function dialling(more: object, whisper: readonly object[] = []) {
  const world = fakeWorld()
  world.decisions.push(answers({ ...dial, ...more }, { type: 'hangup' }))
  if (whisper.length > 0) world.decisions.push(answers(...whisper))
  world.decisions.push(answers())
  const call = await begin(world)
  return { world, call }
}
const legOf = (world: FakeWorld, index = 1) => world.outgoing[index - 1]?.call.leg as LegId
const legEvents = (world: FakeWorld) => world.told.filter(({ type }) => type.startsWith('leg.'))
const outcomes = (world: FakeWorld) =>
  world.asked.filter(({ type }) => type === 'call.dialed').map(({ data }) => data)
const press = async (world: FakeWorld, digit: string) => {
  world.media({ kind: 'dtmf', leg: legOf(world), digit, durationMs: 100 })
  await settle()
}

describe('dial with events', () => {
  const events = { url: '/child' }

  test('tells each step of the leg, under its own id, there and nowhere else', async () => {
    const { world, call } = await dialling({ events })
    world.outgoing[0]?.events.ringing(180)
    await pickUp(world)
    world.clock.advance(5_000)
    world.outgoing[0]?.events.ended('caller-hung-up')
    await call.settled
    const told = legEvents(world)
    assert.deepEqual(
      told.map(({ type }) => type),
      ['leg.dialling', 'leg.ringing', 'leg.answered', 'leg.ended'],
    )
    const id = legOf(world)
    assert.partialDeepStrictEqual(
      told.map(({ data, to }) => ({ data, to })),
      [0, 1, 2, 3].map((sequence) => ({
        data: { leg_id: id, leg_sid: `CA${id.slice(4)}`, to: '+12125550100', sequence },
        to: { url: 'https://app.test/child' },
      })),
    )
    assert.partialDeepStrictEqual(told.at(-1)?.data, {
      outcome: 'answered',
      ended_by: 'callee-hung-up',
      duration_ms: 5_000,
    })
  })

  test('tells why a leg came to nothing, with the SIP status, under one id however many trunks were tried', async () => {
    const world = fakeWorld()
    world.guard.trunks = ['carrier', 'spare']
    world.decisions.push(
      answers({ ...dial, events: { ...events, only: ['ended'] } }, { type: 'hangup' }),
      answers(),
    )
    const call = await begin(world)
    world.outgoing[0]?.events.failed({ why: 'unreachable', elsewhere: true })
    await settle()
    world.outgoing[1]?.events.failed({ why: 'busy', elsewhere: false, status: 486 })
    await call.settled
    assert.partialDeepStrictEqual(legEvents(world), [
      { type: 'leg.ended', data: { leg_id: legOf(world), outcome: 'busy', sip_status: 486, duration_ms: 0 } },
    ])
    assert.notEqual(legOf(world, 2), legOf(world))
  })

  test('are told that both are over when two answer at once, and one has the call', async () => {
    const to = ['+12125550100', '+12125550101']
    const { world, call } = await dialling({ to, strategy: 'simultaneous', events })
    for (const placed of world.outgoing) placed.events.answered(fakeAnswer(placed), fakeSecurity)
    await settle()
    const endings = () => legEvents(world).filter(({ type }) => type === 'leg.ended')
    assert.equal(legEvents(world).filter(({ type }) => type === 'leg.answered').length, 2)
    assert.partialDeepStrictEqual(endings(), [
      { data: { leg_id: legOf(world, 2), outcome: 'answered', ended_by: 'app-ended', duration_ms: 0 } },
    ])
    world.outgoing[0]?.events.ended('caller-hung-up')
    await call.settled
    assert.equal(endings().length, 2)
  })

  test('are told of nothing where no address was named', async () => {
    const { world, call } = await dialling({})
    await pickUp(world)
    world.outgoing[0]?.events.ended('caller-hung-up')
    await call.settled
    assert.deepEqual(legEvents(world), [])
  })
})

describe('dial with send_digits', () => {
  test('presses keys towards whoever answered, who is connected after that; the caller hears ringing', async () => {
    const { world } = await dialling({ send_digits: 'ww123#' })
    await pickUp(world)
    assert.deepEqual(world.pressed, ['ww123#'])
    assert.deepEqual(traced(world, /^bridge/), [])
    world.finishPlay(legOf(world))
    await settle()
    assert.deepEqual(traced(world, /^bridge/), ['bridge A B1'])
  })

  test('lets go of a leg that hangs up meanwhile, and tells the app that it was declined', async () => {
    const { world, call } = await dialling({ send_digits: '1' })
    await pickUp(world)
    world.outgoing[0]?.events.ended('caller-hung-up')
    await settle()
    world.finishPlay(legOf(world))
    await call.settled
    assert.partialDeepStrictEqual(outcomes(world), [{ outcome: 'declined' }])
    assert.deepEqual(traced(world, /^(bridge|lease)/), ['lease answered', 'lease ended'])
  })
})

describe('dial with whisper_url', () => {
  const gather = { type: 'gather', num_digits: 1, timeout_ms: 2_000 }

  test('asks what whoever answers hears, plays it to them alone, and connects them with any key', async () => {
    const { world } = await dialling({ whisper_url: '/screen' }, [{ type: 'play', url: '/who.wav' }, gather])
    await pickUp(world)
    assert.partialDeepStrictEqual(world.asked[1], {
      type: 'call.whisper',
      data: { leg_id: legOf(world), leg_to: '+12125550100', from: '+12025550100' },
      to: { url: 'https://app.test/screen', method: 'POST' },
    })
    assert.ok(world.trace.includes('play B1 160'))
    world.finishPlay(legOf(world))
    await settle()
    assert.deepEqual(traced(world, /^bridge/), [])
    await press(world, '1')
    assert.deepEqual(traced(world, /^bridge/), ['bridge A B1'])
  })

  test('connects nobody who presses nothing, or whom the app hangs up on', async () => {
    for (const whisper of [[gather], [gather, { type: 'play', url: '/bye.wav' }], [{ type: 'hangup' }]]) {
      const { world, call } = await dialling({ whisper_url: '/screen' }, whisper)
      await pickUp(world)
      world.clock.advance(2_000)
      await settle()
      world.finishPlay(legOf(world))
      await call.settled
      assert.partialDeepStrictEqual(outcomes(world), [{ outcome: 'declined' }])
      assert.deepEqual(traced(world, /^(bridge|hangup B|lease)/), [
        'lease answered',
        'hangup B1',
        'lease ended',
      ])
    }
  })

  test('gives an engine what whoever answered says, unless the app may not have it and they did not agree', async () => {
    const rules = [
      { jurisdiction: 'US-DC', level: 'one-party', source: 'test' },
      { jurisdiction: 'DE', level: 'opt-in', source: 'test' },
    ] as const
    for (const [to, streamsWithout, heard] of [
      ['+12025550123', 'refuse', 1],
      ['+4930123456', 'refuse', 0],
      ['+4930123456', 'allow', 1],
    ] as const) {
      const world = fakeWorld({ privacy: { rules: {} }, consent: { rules, streamsWithout } })
      const whisper = { ...gather, input: ['speech', 'keys'] }
      world.decisions.push(answers({ ...dial, to, whisper_url: '/screen' }), answers(whisper), answers())
      await begin(world)
      await pickUp(world)
      assert.equal(world.words.voices.length, heard, `${to} ${streamsWithout}`)
      assert.equal(world.stories.includes('gather.unheard'), heard === 0)
    }
  })

  test('leaves the caller’s recording and stream as they are, whatever whoever answers chose before', async () => {
    const world = fakeWorld({ privacy: { rules: {} }, consent: { streamsWithout: 'refuse' } })
    Object.assign(world.deps.consent, {
      choice: async (_: unknown, number: string) => (number === dial.to ? 'opt-out' : undefined),
    })
    const stream = { type: 'stream', url: 'wss://app.test/s', direction: 'inbound' }
    const whisper = { ...gather, input: ['speech', 'keys'] }
    world.decisions.push(answers({ type: 'record' }, stream, { ...dial, whisper_url: '/screen' }))
    world.decisions.push(answers(whisper), answers())
    await begin(world)
    await pickUp(world)
    assert.ok(world.stories.includes('gather.unheard'))
    assert.ok(world.trace.includes('consent dialled refused'))
    assert.deepEqual(traced(world, /^(pauseRecording|closeStream)/), [])
    await press(world, '1')
    assert.deepEqual(traced(world, /^(pauseRecording|closeStream|bridge)/), [
      'pauseRecording',
      'closeStream',
      'bridge A B1',
    ])
  })

  test('connects whoever heard what was to be said, when nothing was asked of them', async () => {
    const { world } = await dialling({ whisper_url: '/screen' }, [{ type: 'wait', ms: 100 }])
    await pickUp(world)
    world.clock.advance(100)
    await settle()
    assert.deepEqual(traced(world, /^bridge/), ['bridge A B1'])
  })

  test('closes where the app cannot be asked or asks for what is not for a whisper: nobody is connected, and the call goes on', async () => {
    for (const whisper of [[{ type: 'dial', to: '+12125550101' }], [{ type: 'record' }]]) {
      const { world, call } = await dialling({ whisper_url: '/screen' }, whisper)
      await pickUp(world)
      await call.settled
      assert.partialDeepStrictEqual(outcomes(world), [{ outcome: 'declined' }])
      assert.partialDeepStrictEqual(
        world.told.filter(({ type }) => type === 'call.decision_failed'),
        [{ data: { decision: 'call.whisper', reason: 'not-understood' } }],
      )
      assert.ok(world.trace.includes('ended app-hung-up'))
    }
  })

  test('tries the next one when one declines', async () => {
    const world = fakeWorld()
    const to = ['+12125550100', '+12125550101']
    world.decisions.push(
      answers({ ...dial, to, whisper_url: '/screen' }, { type: 'hangup' }),
      answers({ type: 'hangup' }),
      answers({ type: 'wait', ms: 10 }),
      answers(),
    )
    await begin(world)
    await pickUp(world, 1)
    await pickUp(world, 2)
    world.clock.advance(10)
    await settle()
    assert.deepEqual(traced(world, /^bridge/), ['bridge A B2'])
  })

  test('is over when the caller hangs up, and the leg with it', async () => {
    const { world, call } = await dialling({ whisper_url: '/screen' }, [gather])
    await pickUp(world)
    world.signalling().ended('caller-hung-up')
    await call.settled
    assert.deepEqual(traced(world, /^(bridge|hangup B|lease)/), [
      'lease answered',
      'hangup B1',
      'lease ended',
    ])
    assert.equal(world.clock.timers, 0)
  })

  test('does not go on for ever: after two minutes nobody is connected', async () => {
    const { world, call } = await dialling({ whisper_url: '/screen' }, [{ type: 'wait' }])
    await pickUp(world)
    world.clock.advance(120_000)
    await call.settled
    assert.partialDeepStrictEqual(outcomes(world), [{ outcome: 'declined' }])
  })
})

describe('dial with record', () => {
  test('records from the answer to the end of the conversation, and tells it where it was asked to', async () => {
    const { world, call } = await dialling({ record: true, record_events: { url: '/rec' } })
    assert.deepEqual(traced(world, /^startRecording/), [])
    await pickUp(world)
    assert.deepEqual(traced(world, /^startRecording/), ['startRecording'])
    world.outgoing[0]?.events.ended('caller-hung-up')
    await call.settled
    const told = world.told.filter(({ type }) => type.startsWith('recording.'))
    assert.deepEqual(
      told.map(({ type, to }) => `${type} ${to?.url}`),
      ['recording.started https://app.test/rec', 'recording.completed https://app.test/rec'],
    )
  })

  test('leaves alone a recording that runs already', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'record' }, { ...dial, record: true }, { type: 'wait' }), answers())
    await begin(world)
    await pickUp(world)
    world.outgoing[0]?.events.ended('caller-hung-up')
    await settle()
    assert.deepEqual(traced(world, /^(start|stop)Recording/), ['startRecording'])
  })
})

describe('dial with headers', () => {
  test('sends X- headers to a SIP address, and none to a number', async () => {
    for (const [to, expected] of [
      ['sip:agent@pbx.test', [['X-Case', '7']]],
      ['+12125550100', []],
    ] as const) {
      const { world } = await dialling({ to, headers: { 'X-Case': '7' } })
      assert.deepEqual(world.outgoing[0]?.call.headers, expected)
    }
  })

  test('takes no other header, no line break, and no more than ten', () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`X-${at}`, '']))
    for (const headers of [{ From: 'x' }, { 'X-A': 'a\r\nb' }, { 'X-A:': 'a' }, many])
      assert.equal(callCommands.safeParse([{ ...dial, headers }]).success, false)
  })
})
