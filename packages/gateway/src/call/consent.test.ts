import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Consent } from './consent.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'
import { callCommands } from './commands.ts'
import { begin, pickUp, settle, traced } from './fake-run.ts'

const ask = (more: object = {}) => ({ type: 'consent', prompt_url: '/consent.wav', ...more })
const record = { type: 'record' }
const wait = { type: 'wait' }

type Options = NonNullable<Parameters<typeof fakeWorld>[0]>
async function started(o: Options, ...actions: object[]): Promise<FakeWorld> {
  const world = fakeWorld(o)
  world.decisions.push(answers(...actions, wait))
  await begin(world)
  return world
}
const press = async (world: FakeWorld, digit: string) => {
  world.media({ kind: 'dtmf', leg: fakeLeg, digit, durationMs: 100 })
  await settle()
}
const pass = async (world: FakeWorld, ms: number) => {
  world.clock.advance(ms)
  await settle()
}
const finished = async (world: FakeWorld) => {
  world.finishPlay()
  await settle()
}
const recorded = (world: FakeWorld) => traced(world, /^(?:start|pause|resume|stop)Recording/)
const german = { consent: { unknown: 'opt-in' } } as const

describe('consent', () => {
  test('record begins at once where whoever records may agree alone', async () => {
    const world = await started({}, record)
    assert.deepEqual(recorded(world), ['startRecording'])
  })

  test('record does not begin without consent where it is asked for, whatever the app asks', async () => {
    for (const unknown of ['notice', 'all-party', 'opt-in'] as const) {
      const world = await started({ consent: { unknown, home: undefined, rules: dc(unknown) } }, record)
      assert.deepEqual(recorded(world), [])
      assert.deepEqual(traced(world, /refused/), ['audit recording.refused', 'tell recording.refused'])
    }
  })

  test('record begins after a yes by key, which is on record first', async () => {
    const world = await started({ consent: { rules: dc('opt-in') } }, ask(), record)
    assert.deepEqual(recorded(world), [])
    await press(world, '1')
    assert.deepEqual(traced(world, /consent|startRecording/), [
      'audit consent.given',
      'consent caller given',
      'tell call.consent',
      'startRecording',
    ])
  })

  test('consent says its question where the prompt is words', async () => {
    const world = await started(
      { consent: { rules: dc('opt-in') } },
      ask({ prompt_url: 'say:May we record?', language: 'en' }),
    )
    assert.deepEqual(traced(world, /^(speak|play)/), ['speak en: May we record?', 'play 1120'])
    const silent = await started({ consent: { rules: dc('opt-in') } }, ask({ prompt_url: 'say:unsayable' }))
    assert.deepEqual(traced(silent, /^play|say.failed/), ['tell say.failed'])
  })

  test('who heard the notice and goes on is recorded, but not where a clear yes is asked for', async () => {
    for (const [level, begins] of [
      ['notice', true],
      ['all-party', true],
      ['opt-in', false],
    ] as const) {
      const world = await started({ consent: { rules: dc(level) } }, ask({ attempts: 1 }), record)
      await finished(world)
      await pass(world, 4_000)
      assert.equal(recorded(world).length === 1, begins, level)
    }
  })

  test('who presses no is not recorded; the call goes on, is ended, or the app is asked', async () => {
    for (const [onRefuse, after] of [
      ['go-on', []],
      ['hangup', ['ended app-hung-up']],
      ['ask', []],
    ] as const) {
      const world = await started({ consent: { rules: dc('notice') } }, ask({ on_refuse: onRefuse }), record)
      await press(world, '2')
      assert.deepEqual(recorded(world), [])
      assert.deepEqual(traced(world, /^ended/), after)
      const asked = world.asked.map(({ type }) => type)
      assert.deepEqual(asked, ['call.incoming', ...(onRefuse === 'ask' ? ['call.consent_refused'] : [])])
    }
  })

  test('who said no and is asked again has not agreed by saying nothing', async () => {
    const world = await started({ consent: { rules: dc('all-party') } }, ask(), ask({ attempts: 1 }), record)
    await press(world, '2')
    await finished(world)
    await pass(world, 4_000)
    assert.deepEqual(recorded(world), [])
    assert.deepEqual(traced(world, /^consent/), ['consent caller refused'])
  })

  test('the prompt is played again while nobody answers, then it counts as unanswered', async () => {
    const world = await started({ consent: { rules: dc('opt-in') } }, ask({ attempts: 2 }), record)
    await finished(world)
    await pass(world, 4_000)
    assert.equal(traced(world, /^play/).length, 2)
    await finished(world)
    await pass(world, 4_000)
    assert.deepEqual(traced(world, /^consent/), ['consent caller unanswered'])
    assert.deepEqual(recorded(world), [])
  })

  test('consent that the app took down counts, and says so', async () => {
    const world = await started(
      { consent: { rules: dc('opt-in') } },
      { type: 'consent', action: 'assert', answer: 'given' },
      record,
    )
    assert.deepEqual(recorded(world), ['startRecording'])
  })

  test('who chose once and for all is not asked: yes is enough, and no stands even where nobody would ask', async () => {
    const yes = await started({ choice: 'opt-in', consent: { rules: dc('opt-in') } }, ask(), record)
    assert.deepEqual(recorded(yes), ['startRecording'])
    for (const first of [[], [ask({ jurisdiction: ['DE'] })], [{ type: 'consent', action: 'assert' }]]) {
      const no = await started({ choice: 'opt-out' }, ...first, record)
      assert.deepEqual([recorded(no), traced(no, /^play/)], [[], []])
    }
  })

  test('the app’s word of where the caller is makes it stricter, never less strict', async () => {
    const stricter = await started({}, ask({ jurisdiction: ['DE'] }), record)
    assert.equal(traced(stricter, /^play/).length, 1)
    const world = await started(
      { consent: { rules: dc('opt-in') } },
      ask({ jurisdiction: ['US-NY'], attempts: 1 }),
      record,
    )
    await finished(world)
    await pass(world, 4_000)
    assert.deepEqual(recorded(world), [])
  })

  test('consent that is taken back ends the recording, and shreds it where the policy says so', async () => {
    for (const onRevoke of ['keep', 'shred'] as const) {
      const world = await started(
        { consent: { onRevoke } },
        record,
        { type: 'consent', action: 'revoke' },
        record,
      )
      assert.deepEqual(traced(world, /^(?:start|stop)Recording|^shred/), [
        'startRecording',
        'stopRecording',
        ...(onRevoke === 'shred' ? ['shred'] : []),
      ])
    }
  })

  test('consent that is taken back counts at once, also where it cannot be written down', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(record, wait))
    const call = await begin(world)
    Object.assign(world.deps.keep, { consent: () => Promise.reject(new Error('the disk is full')) })
    await call.command(callCommands.parse([{ type: 'consent', action: 'revoke' }])).catch(() => {})
    await settle()
    assert.deepEqual(recorded(world).slice(0, 2), ['startRecording', 'pauseRecording'])
    assert.equal(recorded(world).includes('resumeRecording'), false)
  })

  test('a caller who hangs up while they are asked is not recorded, and has not agreed', async () => {
    const world = await started({ consent: { rules: dc('notice') } }, ask(), record)
    world.signalling().ended('caller-hung-up')
    await settle()
    await finished(world)
    await pass(world, 60_000)
    assert.deepEqual(recorded(world), [])
    assert.deepEqual(traced(world, /^consent/), [])
  })

  test('a recording falls silent before somebody is heard who must agree and has not, and goes on when they have gone', async () => {
    const rules = [...dc('one-party'), { jurisdiction: 'DE', level: 'opt-in', source: 'test' }] as const
    const world = await started({ consent: { rules } }, record, { type: 'dial', to: '+4930123456' })
    await pickUp(world)
    assert.deepEqual(traced(world, /Recording|^bridge|consent.required/), [
      'startRecording',
      'pauseRecording',
      'bridge A B1',
      'tell consent.required',
    ])
    world.outgoing[0]?.events.ended('caller-hung-up')
    await settle()
    assert.equal(recorded(world).at(-1), 'resumeRecording')
  })

  test('who is dialled and chose never to be recorded is not, though nobody has to be asked there', async () => {
    for (const [choice, expected] of [
      [async () => 'opt-out', ['startRecording', 'pauseRecording']],
      [() => Promise.reject(new Error('away')), ['startRecording', 'pauseRecording']],
      [async () => undefined, ['startRecording', 'pauseRecording', 'resumeRecording']],
    ] as const) {
      const world = fakeWorld()
      const chosen = (_: unknown, number: string) => (number === '+12025550123' ? choice() : undefined)
      Object.assign(world.deps.consent, { choice: chosen })
      world.decisions.push(answers(record, { type: 'dial', to: '+12025550123' }, wait))
      await begin(world)
      await pickUp(world)
      assert.deepEqual(recorded(world), expected)
    }
  })

  test('a recording is silent from its first moment when somebody who must agree came while it was begun', async () => {
    const rules = [...dc('one-party'), { jurisdiction: 'DE', level: 'opt-in', source: 'test' }] as const
    const world = fakeWorld({ consent: { rules } })
    world.decisions.push(answers(wait))
    const call = await begin(world)
    const { consent } = call as unknown as { consent: Consent }
    const { audit } = world.deps.keep
    Object.assign(world.deps.keep, {
      audit: (event: Parameters<typeof audit>[0]) => {
        if (event.type === 'recording.starting')
          consent.talksWith({ leg: { id: 'leg_b' } as never, number: '+4930123456' })
        return audit(event)
      },
    })
    const { startRecording } = world.deps.media
    const started = Promise.withResolvers<void>()
    Object.assign(world.deps.media, {
      startRecording: (...given: Parameters<typeof startRecording>) => {
        void startRecording(...given)
        return started.promise
      },
    })
    const recording = call.command([{ type: 'record', action: 'start' } as never])
    await settle()
    assert.deepEqual(recorded(world).slice(0, 2), ['startRecording', 'pauseRecording'])
    assert.equal(recorded(world).includes('resumeRecording'), false)
    started.resolve()
    await recording
  })

  test('staff that agreed beforehand is recorded without being asked', async () => {
    const rules = [...dc('one-party'), { jurisdiction: 'DE', level: 'opt-in', source: 'test' }] as const
    const world = await started({ consent: { rules, dialled: 'covered' } }, record, {
      type: 'dial',
      to: '+4930123456',
    })
    await pickUp(world)
    // Where they are counts all the same: the caller has not agreed to a rule this strict.
    assert.deepEqual(recorded(world), ['startRecording', 'pauseRecording'])
  })

  test('a stream waits for consent where the policy wants that', async () => {
    const consent = { rules: dc('opt-in'), streamsWithout: 'refuse' } as const
    const stream = { type: 'stream', url: 'wss://app.test/s' }
    const refused = await started({ consent }, stream)
    assert.deepEqual(traced(refused, /^openStream/), [])
    const world = await started({ consent }, ask(), stream)
    await press(world, '1')
    assert.deepEqual(traced(world, /^openStream/), ['openStream both'])
  })

  test('a beep is heard when a recording begins, and again and again while it runs', async () => {
    const world = await started({ consent: { beepMs: 15_000 } }, record)
    assert.equal(traced(world, /^beep/).length, 1)
    await pass(world, 15_000)
    await pass(world, 15_000)
    assert.equal(traced(world, /^beep/).length, 3)
  })

  test('a choice that cannot be looked up is taken for a no', async () => {
    const world = fakeWorld()
    Object.assign(world.deps.consent, { choice: () => Promise.reject(new Error('the database is away')) })
    world.decisions.push(answers(record, wait))
    await begin(world)
    assert.deepEqual(recorded(world), [])
  })

  test('nobody is asked where nobody has to be', async () => {
    const world = await started({}, ask(), record)
    assert.deepEqual(traced(world, /^play/), [])
    assert.deepEqual(recorded(world), ['startRecording'])
  })

  test('a caller of whom nothing is known is asked', async () => {
    const world = fakeWorld(german)
    world.decisions.push(answers(record, wait))
    Object.assign(world.incoming, { from: 'alice' })
    await begin(world)
    assert.deepEqual(recorded(world), [])
  })
})

/** The fake world’s numbers are of the District of Columbia. */
function dc(level: 'one-party' | 'notice' | 'all-party' | 'opt-in') {
  return [{ jurisdiction: 'US-DC', level, source: 'test' }] as const
}
