import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecordingId } from '#kernel'
import type { FakeVoice } from './fake-words.ts'
import { callCommands } from './commands.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, type FakeWorld } from './fake-world.ts'
import type { SecurityReceipt } from './receipt.ts'

const recorded = { actions: [{ type: 'record' }, { type: 'wait' }] }

async function recordedCall(
  privacy: Parameters<typeof fakeWorld>[0] = {},
  actions: object[] = recorded.actions,
) {
  const world = fakeWorld({ ...privacy, privacy: { rules: {}, ...privacy.privacy } })
  world.decisions.push(answers(...actions))
  const call = await begin(world)
  return { world, call }
}

/** `ms` of one side, a frame of 100 ms at a time, the clock with it; both sides from the leg's second 5 on. */
async function hear(world: FakeWorld, ms: number, channels: readonly (0 | 1)[] = [0]): Promise<void> {
  for (let at = 0; at < ms; at += 100) {
    world.clock.advance(100)
    const now = world.clock.monotonicMs() - startMs.get(world)!
    for (const channel of channels) {
      const positionSamples = (5_000 + now - 100) * 8
      world.media({ kind: 'heard', leg: fakeLeg, channel, positionSamples, ulaw: new Uint8Array(800) })
    }
    await Promise.resolve()
  }
  await settle()
}
const startMs = new WeakMap<FakeWorld, number>()

function voicesOf(world: FakeWorld): { caller: FakeVoice; agent: FakeVoice } {
  const [caller, agent] = world.words.voices
  assert.ok(caller && agent)
  return { caller, agent }
}

async function listened(privacy: Parameters<typeof fakeWorld>[0] = {}, actions: object[] = recorded.actions) {
  const begun = await recordedCall(privacy, actions)
  startMs.set(begun.world, begun.world.clock.monotonicMs())
  return { ...begun, ...voicesOf(begun.world) }
}

const word = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs })

test('transcriber listens before a recording starts, with an entry in the audit log first', async () => {
  const { world } = await recordedCall()
  assert.deepEqual(
    traced(world, /transcription|listen|startRecording|audit recording/),
    [
      'audit transcription.starting',
      'listen A on',
      'audit recording.starting',
      'startRecording',
      'tell transcription.started',
    ].toSorted((a, b) => world.trace.indexOf(a) - world.trace.indexOf(b)),
  )
  const order = ['audit transcription.starting', 'listen A on', 'startRecording'].map((line) =>
    world.trace.indexOf(line),
  )
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  )
})

test('transcriber overwrites what is found, with its margin, on the side that said it, before it lets it be sealed', async () => {
  const { world, caller, agent } = await listened()
  await hear(world, 3_000, [0, 1])
  caller.sink.words({ segment: 0, final: true, words: [word('my', 500, 700), word('secret', 1_000, 1_500)] })
  caller.sink.through(2_000)
  agent.sink.through(2_500)
  await settle()
  // The session's second 1 is the leg's second 6; 100 ms of margin, 8 samples each.
  assert.deepEqual(traced(world, /^redact|^judged/), [
    `redact A 0 ${5_900 * 8}-${6_600 * 8} card`,
    `judged A 0 ${6_900 * 8}`,
    `judged A 1 ${7_400 * 8}`,
  ])
})

test('transcriber keeps and tells what was said with placeholders only', async () => {
  const { world, call, caller } = await listened({
    privacy: { rules: { transcripts: 'redacted+original', events: 'original' } },
  })
  await hear(world, 2_000)
  caller.sink.words({ segment: 0, final: true, words: [word('my', 500, 700), word('secret', 1_000, 1_500)] })
  await settle()
  await call.end('app-hung-up')
  const [redacted, original] = world.words.transcripts
  assert.equal(redacted?.begun.content, 'redacted')
  assert.partialDeepStrictEqual(redacted?.lines, [{ party: 'caller', text: 'my [CARD]' }])
  assert.equal(JSON.stringify(redacted?.lines).includes('secret'), false)
  assert.partialDeepStrictEqual(original?.lines, [{ party: 'caller', text: 'my secret' }])
  const told = world.told.filter(({ type }) => type === 'call.transcript')
  assert.partialDeepStrictEqual(told, [{ data: { text: 'my [CARD]', party: 'caller' } }])
  // The policy gives originals out, but the app was not granted them.
  assert.equal(JSON.stringify(told).includes('secret'), false)
})

test('transcriber gives an engine nothing of a call that its app may not hear for want of consent, and begins when it may', async () => {
  const rules = [{ jurisdiction: 'US-DC', level: 'opt-in', source: 'test' }] as const
  const world = fakeWorld({
    consent: { rules, streamsWithout: 'refuse' },
    privacy: { rules: { listen: 'calls' } },
  })
  const agreed = { type: 'consent', action: 'assert', answer: 'given' }
  world.decisions.push(answers({ type: 'answer' }, { type: 'transcribe', action: 'start' }, { type: 'wait' }))
  const call = await begin(world)
  assert.deepEqual(traced(world, /^listen/), [])
  assert.ok(world.told.some(({ type }) => type === 'transcription.failed'))
  await call.command(callCommands.parse([agreed]))
  await settle()
  assert.deepEqual(traced(world, /^listen/), ['listen A on'])
})

test('transcriber gives an engine nothing more of a call whose consent is taken back, and begins anew with a yes', async () => {
  const world = fakeWorld({
    consent: { streamsWithout: 'refuse' },
    privacy: { rules: { listen: 'calls' } },
  })
  world.decisions.push(answers({ type: 'answer' }, { type: 'transcribe', action: 'start' }, { type: 'wait' }))
  const call = await begin(world)
  const consent = (more: object) => call.command(callCommands.parse([{ type: 'consent', ...more }]))
  await consent({ action: 'revoke' })
  await settle()
  assert.deepEqual(traced(world, /^listen/), ['listen A on', 'listen A off'])
  assert.equal(traced(world, /^tell transcription.failed/).length, 1)
  await consent({ action: 'assert', answer: 'given' })
  await settle()
  assert.deepEqual(traced(world, /^listen/), ['listen A on', 'listen A off', 'listen A on'])
})

test('transcriber keeps no word of a call whose parties must agree to that and have not', async () => {
  const rules = [{ jurisdiction: 'US-DC', level: 'opt-in', source: 'test' }] as const
  const { world, call, caller } = await listened(
    { consent: { rules }, privacy: { rules: { transcripts: 'redacted+original' } } },
    [{ type: 'transcribe', action: 'start' }, { type: 'wait' }],
  )
  await hear(world, 1_000)
  caller.sink.words({ segment: 0, final: true, words: [word('hello', 100, 500)] })
  await settle()
  await call.end('app-hung-up')
  const [redacted, original] = world.words.transcripts
  assert.partialDeepStrictEqual(redacted?.lines, [{ party: 'caller', text: null, why: 'consent' }])
  assert.deepEqual(original?.lines, [])
  assert.equal(world.told.filter(({ type }) => type === 'call.transcript').length, 1, 'it has the audio too')
})

test('transcriber keeps no word that was said before consent, though it is heard of afterwards', async () => {
  const rules = [{ jurisdiction: 'US-DC', level: 'opt-in', source: 'test' }] as const
  const { world, call, caller } = await listened({ consent: { rules } }, [
    { type: 'transcribe', action: 'start' },
    { type: 'wait' },
  ])
  await hear(world, 1_000)
  await call.command([
    { type: 'consent', action: 'assert', answer: 'given', party: 'all', jurisdiction: [] } as never,
  ])
  await hear(world, 1_000)
  caller.sink.words({ segment: 0, final: true, words: [word('before', 100, 500)] })
  caller.sink.words({ segment: 1, final: true, words: [word('after', 1_100, 1_500)] })
  await settle()
  await call.end('app-hung-up')
  assert.partialDeepStrictEqual(world.words.transcripts[0]?.lines, [
    { text: null, why: 'consent' },
    { text: 'after' },
  ])
})

test('transcriber tells the original only to an app that is granted it by a policy that gives it out', async () => {
  const { world, caller } = await listened({ privacy: { rules: { events: 'original' } }, originals: true })
  await hear(world, 1_000)
  caller.sink.words({ segment: 0, final: true, words: [word('secret', 100, 500)] })
  await settle()
  assert.partialDeepStrictEqual(
    world.told.findLast(({ type }) => type === 'call.transcript'),
    {
      data: { text: '[CARD]', original: 'secret' },
    },
  )
})

test('transcriber waits at the end for the last words before the recording is sealed', async () => {
  const { world, call } = await listened()
  await hear(world, 1_000, [0, 1])
  await call.end('app-hung-up')
  const steps = traced(world, /^listen A off|^judged A|^stopRecording|^audit transcript.sealed/)
  assert.deepEqual(steps.slice(0, 1), ['listen A off'])
  assert.ok(steps.indexOf(`judged A 0 ${6_000 * 8}`) < steps.indexOf('stopRecording'))
  assert.deepEqual(
    world.words.voices.map(({ state }) => state),
    ['closed', 'closed'],
  )
  assert.equal(world.words.transcripts[0]?.isSealed, true)
})

test('transcriber takes what nobody sent for judged, and silences what comes for that time after all', async () => {
  const { world, agent } = await listened()
  await hear(world, 4_000)
  assert.deepEqual(agent.heard, [])
  assert.ok(traced(world, /^judged A 1/).length > 0)
  world.media({
    kind: 'heard',
    leg: fakeLeg,
    channel: 1,
    positionSamples: 5_500 * 8,
    ulaw: new Uint8Array(800),
  })
  assert.deepEqual(traced(world, /^redact/), [`redact A 1 ${5_400 * 8}-${5_700 * 8} unheard`])
  assert.deepEqual(agent.heard, [])
})

test('transcriber gives an engine the silence that ends a sentence, and no more', async () => {
  const { world, agent } = await listened()
  await hear(world, 1_000, [0, 1])
  await hear(world, 10_000)
  const last = agent.heard.at(-1)
  assert.ok(last && last[1] > 3_000 && last[1] < 7_000)
})

test('transcriber silences what the engine never heard, and marks it in the transcript', async () => {
  const { world, caller } = await listened()
  await hear(world, 3_000)
  caller.sink.lost(1_000, 2_000)
  assert.deepEqual(traced(world, /^redact/), [`redact A 0 ${5_900 * 8}-${7_100 * 8} unheard`])
  assert.partialDeepStrictEqual(world.words.transcripts[0]?.lines, [
    { party: 'caller', text: null, why: 'unheard' },
  ])
})

test('transcriber keeps from held streams alone what the engine never heard, where a recording is to keep it', async () => {
  const { world, caller } = await listened({ privacy: { rules: { unjudged: 'keep' } } })
  await hear(world, 3_000)
  caller.sink.lost(1_000, 2_000)
  assert.deepEqual(traced(world, /^redact/), [`redact streams A 0 ${5_900 * 8}-${7_100 * 8} unheard`])
})

for (const [then, expected] of [
  ['silence', []],
  ['keep', [`judged A 0 ${Number.MAX_SAFE_INTEGER}`]],
  ['stop-recording', ['stopRecording']],
] as const)
  test(`transcriber says that speech failed, and does what the policy says: ${then}`, async () => {
    const { world, caller } = await listened({ privacy: { rules: { whenSpeechFails: then } } })
    await hear(world, 500)
    const before = world.trace.length
    caller.sink.ended('SPEECH_GAVE_UP')
    await settle()
    world.clock.advance(2_000)
    await settle()
    const since = world.trace.slice(before)
    assert.ok(since.includes('tell speech.failed') && since.includes('audit speech.failed'))
    assert.deepEqual(
      since.filter((line) => /^judged A 0|^stopRecording/.test(line)),
      expected,
    )
  })

test('transcriber counts nothing as judged that comes after another listens, and silences what nobody heard meanwhile', async () => {
  const { world, call } = await listened()
  await hear(world, 1_000, [0, 1])
  await call.command([{ type: 'transcribe', action: 'start', language: 'es', for_ms: 0 }])
  world.clock.advance(500)
  await hear(world, 500, [0, 1])
  assert.equal(world.words.voices.length, 4)
  assert.deepEqual(traced(world, /^judged A 0|^redact A 0/), [
    `judged A 0 ${5_900 * 8}`, // found words have a margin; what is over has none
    `judged A 0 ${6_000 * 8}`,
    `redact A 0 ${6_000 * 8}-${6_500 * 8} unheard`,
  ])
})

test('transcriber goes on listening to what is recorded when the app asks for an engine that is not there', async () => {
  const { world, call } = await listened()
  await hear(world, 1_000, [0, 1])
  await call.command([{ type: 'transcribe', action: 'start', engine: 'nobody', for_ms: 0 }])
  await settle()
  assert.ok(world.trace.includes('tell transcription.failed'))
  assert.deepEqual(
    world.words.voices.slice(2).map(({ state }) => state),
    ['open', 'open'],
  )
})

test('transcriber goes on silencing what nobody judges, where the policy would keep it otherwise', async () => {
  const { world, caller } = await listened({ privacy: { rules: { unjudged: 'keep' } } })
  await hear(world, 1_000, [0, 1])
  caller.sink.ended('SPEECH_GAVE_UP')
  await hear(world, 1_000, [0, 1])
  assert.ok(traced(world, /^redact A 0 .* unheard/).length >= 2)
})

test('transcriber lets nothing be recorded when the engine may not hear the call and the policy wants it redacted', async () => {
  const { world } = await recordedCall({
    privacy: { rules: { whenSpeechFails: 'stop-recording' }, refuses: true },
  })
  assert.deepEqual(traced(world, /^startRecording|^listen|^tell recording|^audit speech/), [
    'audit speech.failed',
    'tell recording.refused',
  ])
})

test('transcriber keeps no transcript where nothing of a tenant’s calls is kept', async () => {
  const { world, caller } = await listened({ privacy: { keeps: false } }, [
    { type: 'transcribe' },
    { type: 'wait' },
  ])
  await hear(world, 500)
  caller.sink.words({ segment: 0, final: true, words: [word('hello', 100, 400)] })
  await settle()
  assert.equal(world.words.transcripts.length, 0)
  assert.ok(world.trace.includes('tell call.transcript'))
})

test('transcriber listens to nobody without a policy, and says so when it is asked to', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'record' }, { type: 'transcribe' }, { type: 'wait' }))
  await begin(world)
  assert.deepEqual(traced(world, /listen|transcription|startRecording/), [
    'startRecording',
    'tell transcription.failed',
  ])
})

test('transcriber stops with the recording it listened for, and waits for its judgement first', async () => {
  const { world, call, caller, agent } = await listened()
  await hear(world, 3_000, [0, 1])
  const stopped = call.command([{ type: 'record', action: 'stop' }])
  await settle()
  assert.deepEqual(traced(world, /^pauseRecording|^stopRecording/), ['pauseRecording'])
  for (const { sink } of [caller, agent]) sink.through(3_000)
  world.clock.advance(2_000)
  await stopped
  await settle()
  assert.deepEqual(traced(world, /^stopRecording|^listen A off/), ['stopRecording', 'listen A off'])
})

test('transcriber accounts for what was taken out on the receipt', async () => {
  const { world, call, caller } = await listened()
  await hear(world, 2_000)
  caller.sink.words({
    segment: 0,
    final: true,
    words: [word('secret', 100, 500), word('secret', 900, 1_200)],
  })
  await settle()
  await call.end('app-hung-up')
  const { redaction } = world.receipts.at(-1) as SecurityReceipt
  assert.partialDeepStrictEqual(redaction, { engine: 'ears', policy: 'care', found: { card: 2 } })
})

test('redact overwrites a stretch of the running recording by its own time', async () => {
  const { world, call } = await listened()
  world.clock.advance(10_000)
  await call.command([
    { type: 'redact', channel: 'caller', from_ms: 1_000, to_ms: 2_000, why: 'app' },
    { type: 'redact', channel: 'both', last_ms: 5_000, why: 'slip' },
  ])
  assert.deepEqual(traced(world, /^redact/), [
    'redact A 0 8000-16000 app',
    'redact A 0 40000-82000 slip',
    'redact A 1 40000-82000 slip',
  ])
})

test('what was sealed before it was found is redacted after the recording has ended', async () => {
  const { world, call } = await listened()
  const recording = /rec_[0-9a-f]{32}/.exec(JSON.stringify(world.startedRecordings))?.[0]
  assert.ok(recording)
  const missed = { channel: 0, fromMs: 100, toMs: 900, why: 'card' } as const
  world.media({ kind: 'record.missed', leg: fakeLeg, recording: recording as never, ...missed })
  await call.end('app-hung-up')
  assert.deepEqual(world.words.redactedLater, [{ recording, spans: [missed] }])
})

test('recorder keeps what is found too late at once, all of it each time, and redacts it in the end though that failed', async () => {
  for (const forgets of [false, true]) {
    const { world, call } = await recordedCall({ privacy: { rules: {}, forgets } })
    const recording = /rec_[0-9a-f]{32}/.exec(JSON.stringify(world.startedRecordings))?.[0] as RecordingId
    const first = { channel: 0, fromMs: 100, toMs: 900, why: 'card' } as const
    const second = { channel: 1, fromMs: 2_000, toMs: 2_500, why: 'pin' } as const
    const tell = (one: typeof first | typeof second) =>
      world.media({ kind: 'record.missed', leg: fakeLeg, recording, ...one })
    tell(first)
    await settle()
    tell(second)
    await settle()
    const kept = [
      { recording, spans: [first] },
      { recording, spans: [first, second] },
    ]
    assert.deepEqual(world.words.foreseen, forgets ? [] : kept)
    assert.deepEqual(world.words.redactedLater, [], 'it runs still')
    await call.end('app-hung-up')
    assert.deepEqual(world.words.redactedLater, [{ recording, spans: [first, second] }])
  }
})
