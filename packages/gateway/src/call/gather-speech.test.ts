import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Live } from './live.ts'
import { callCommands } from './commands.ts'
import { ears } from './ears.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'
import { listenForSpeech, type ListenSettings } from './gather-speech.ts'

const options: ListenSettings = {
  language: 'en-US',
  hints: ['balance'],
  end_silence_ms: 1_000,
  max_speech_ms: 10_000,
  partials: {},
}

/** As much of a call as hearing it takes. */
function liveOf(world: FakeWorld, o: { mayStream?: boolean } = {}): Live {
  const app = [...world.deps.apps.values()][0]
  assert.ok(app)
  const leg = { id: fakeLeg, audio: {} }
  const live = {
    deps: world.deps,
    app,
    tenant: 'default',
    first: leg,
    leg: fakeLeg,
    log: world.deps.log,
    signal: new AbortController().signal,
    ears: ears(world.deps.media),
    consent: { mayStream: async () => o.mayStream ?? true, onRefused: () => () => {} },
    audit: async (type: string) => void world.trace.push(`audit ${type}`),
    story: (kind: string, fields: { code?: string } = {}) =>
      void world.stories.push(`${kind} ${fields.code}`),
    tell: async (type: string, data: object = {}) => void world.told.push({ type, data }),
    onLeg: (_leg: object, handler: (event: never) => void) =>
      world.deps.media.onLeg(fakeLeg, handler as Parameters<typeof world.deps.media.onLeg>[1]),
  }
  return live as unknown as Live
}

async function gathering(world: FakeWorld, o: { mayStream?: boolean; signal?: AbortSignal } = {}) {
  const told: string[] = []
  const hooks = {
    began: () => void told.push('began'),
    partial: (text: string) => void told.push(`partial ${text}`),
  }
  const signal = o.signal ?? new AbortController().signal
  const gathered = { said: listenForSpeech(liveOf(world, o), options, hooks, signal) }
  await settle()
  const say = (text: string, final: boolean, segment = 0, fromMs = 0) => {
    const place = (at: number) => ({ startMs: fromMs + at * 100, endMs: fromMs + at * 100 + 90 })
    const words = text.split(' ').map((word, at) => ({ text: word, ...place(at), confidence: 0.8 }))
    world.words.voices[0]?.sink.words({ segment, final, words })
  }
  /** The caller's audio goes on, so that their timeline does. */
  const audio = (fromMs: number, ms: number) =>
    world.media({
      kind: 'heard',
      leg: fakeLeg,
      channel: 0,
      positionSamples: fromMs * 8,
      ulaw: new Uint8Array(ms * 8),
    })
  const advance = async (ms: number) => {
    world.clock.advance(ms)
    await settle()
  }
  return { told, gathered, say, audio, advance }
}

test('listenForSpeech() gives what was said once the caller is silent, and tells what is heard so far', async () => {
  const world = fakeWorld({ privacy: { rules: {} } })
  const { told, gathered, say, audio, advance } = await gathering(world)
  audio(0, 500)
  say('my balance', false)
  await advance(600)
  say('my balance please', true, 0, 800)
  assert.deepEqual(told, ['began', 'partial my balance please'])
  let answer: unknown
  void gathered.said.then((result) => (answer = result))
  await advance(600)
  assert.equal(answer, undefined, 'a second has not passed')
  await advance(600)
  assert.deepEqual(answer, { text: 'my balance please', confidence: 0.8, language: 'en-US' })
  assert.equal(world.words.voices[0]?.state, 'closed')
  assert.ok(world.trace.includes('audit transcription.starting'))
})

test('listenForSpeech() gives the app placeholders in place of what the policy takes out', async () => {
  const world = fakeWorld({ privacy: { rules: {} } })
  const { told, gathered, say, audio, advance } = await gathering(world)
  audio(0, 500)
  say('my card secret', true)
  await advance(3_000)
  assert.deepEqual((await gathered.said)?.text, 'my card [CARD]')
  assert.ok(!JSON.stringify(told).includes('secret'))
})

test('listenForSpeech() gives the words themselves by policy and grant alone', async () => {
  for (const [rules, originals, text] of [
    [{ events: 'original' as const }, true, 'my card secret'],
    [{ events: 'original' as const }, false, 'my card [CARD]'],
    [{}, true, 'my card [CARD]'],
  ] as const) {
    const world = fakeWorld({ privacy: { rules }, originals })
    const { gathered, say, audio, advance } = await gathering(world)
    audio(0, 500)
    say('my card secret', true)
    await advance(3_000)
    assert.deepEqual((await gathered.said)?.text, text)
  }
})

test('listenForSpeech() ends with what there is when somebody speaks for too long', async () => {
  const world = fakeWorld({ privacy: { rules: {} } })
  const { gathered, say, audio, advance } = await gathering(world)
  for (let second = 0; second < 11; second++) {
    audio(second * 1_000, 1_000)
    say(`word`, true, second)
    await advance(1_000 - 1)
    if (second < 9) world.clock.advance(1)
  }
  assert.match((await gathered.said)?.text ?? '', /^word( word)+$/)
})

test('listenForSpeech() says why nobody listens, and has sent nothing', async () => {
  const codes = async (world: FakeWorld, o: { mayStream?: boolean } = {}) => {
    assert.equal(await (await gathering(world, o)).gathered.said, undefined)
    return world.stories
  }
  assert.deepEqual(await codes(fakeWorld()), ['gather.unheard NO_POLICY'])
  assert.deepEqual(await codes(fakeWorld({ privacy: { rules: { engine: 'none' } } })), [
    'gather.unheard NO_ENGINE',
  ])
  assert.deepEqual(await codes(fakeWorld({ privacy: { rules: { events: 'off' } } })), [
    'gather.unheard POLICY_OFF',
  ])
  const world = fakeWorld({ privacy: { rules: {} } })
  assert.deepEqual(await codes(world, { mayStream: false }), ['gather.unheard CONSENT'])
  const refusing = fakeWorld({ privacy: { rules: {}, refuses: true } })
  assert.deepEqual(await codes(refusing), ['gather.unheard SPEECH_REFUSED'])
  assert.equal(world.words.voices.length, 0)
})

test('listenForSpeech() ends when the engine does, and when the command is over', async () => {
  const world = fakeWorld({ privacy: { rules: {} } })
  const { gathered } = await gathering(world)
  world.words.voices[0]?.sink.ended('SPEECH_UNREACHABLE')
  assert.equal(await gathered.said, undefined)
  assert.deepEqual(world.stories, ['gather.unheard SPEECH_UNREACHABLE'])
  const over = new AbortController()
  const other = await gathering(fakeWorld({ privacy: { rules: {} } }), { signal: over.signal })
  over.abort()
  assert.equal(await other.gathered.said, undefined)
})

test('gather is over where words are asked for alone, when consent is taken back that the app needs to hear a call', async () => {
  const world = fakeWorld({ privacy: { rules: {} }, consent: { streamsWithout: 'refuse' } })
  world.decisions.push(answers({ type: 'gather', input: ['speech'] }), answers({ type: 'wait' }))
  const call = await begin(world)
  assert.deepEqual(traced(world, /^listen/), ['listen A on'])
  await call.command(callCommands.parse([{ type: 'consent', action: 'revoke' }]))
  await settle()
  assert.deepEqual(traced(world, /^listen/), ['listen A on', 'listen A off'])
  assert.equal(world.words.voices[0]?.state, 'closed')
  assert.partialDeepStrictEqual(world.asked[1], { type: 'call.gathered', data: { reason: 'speech-failed' } })
})

test('listenForSpeech() loses nothing that was said while the thread was busy, nor takes that for silence', async () => {
  const world = fakeWorld({ privacy: { rules: {} } })
  const { clock } = world
  let busyMs = 0
  Object.assign(world.deps, { clock: { ...clock, monotonicMs: () => clock.monotonicMs() + busyMs } })
  const { gathered, say, audio, advance } = await gathering(world)
  audio(0, 500)
  say('my', true)
  await advance(249)
  busyMs = 3_000
  await advance(51) // timers come before the messages that wait
  audio(500, 3_000)
  say('balance please', true, 1, 2_900)
  await advance(1_500)
  assert.deepEqual(world.words.voices[0]?.heard.slice(0, 2), [
    [0, 500],
    [500, 3_500],
  ])
  assert.equal((await gathered.said)?.text, 'my balance please')
})
