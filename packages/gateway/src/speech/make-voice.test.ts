import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { DeepgramClient } from '@deepgram/sdk'
import { decodeUlaw } from '@voxkeep/wire/g711'
import OpenAI from 'openai'
import { fakeClock, Secret, systemClock, voiceSchema, voicesOf, type Clock, type TenantId } from '#kernel'
import { startFakeVoiceServer, type FakeVoiceServer } from './fake-voice-server.ts'
import { makeVoice } from './make-voice.ts'
import type { SpeechRules } from './refusal.ts'
import type { SpeakingVoice, SpeakRequest } from './voice-contract.ts'

const never = new AbortController().signal
const text = 'Good morning, how may I help you?'
const anywhere: SpeechRules = { regions: undefined, trainingOptOut: 'any' }

function voiceOf(config: object, o: { rules?: SpeechRules; clock?: Clock } = {}) {
  const refused: string[] = []
  const counted: string[] = []
  const voice = makeVoice(voiceSchema.parse({ id: 'amy', dataClasses: ['personal'], ...config }), {
    clock: o.clock ?? systemClock,
    guard: { resolve: async () => ({ address: '127.0.0.1', family: 4 }) },
    readSecret: (reference) => {
      if (reference === 'env:KEY') return new Secret('key-1')
      throw new TypeError('there is none')
    },
    region: 'here',
    env: { PATH: process.env['PATH'] ?? '' },
    rulesOf: () => o.rules ?? anywhere,
    onRefused: ({ why }) => void refused.push(why),
    count: (name) => void counted.push(name),
  })
  const speak = async (request: Partial<SpeakRequest> = {}, signal = never) => {
    const pieces: Uint8Array[] = []
    const all = { tenant: 'default' as TenantId, text, dataClasses: ['personal'] as const, ...request }
    for await (const piece of voice.speak(all, signal)) pieces.push(piece)
    return Buffer.concat(pieces)
  }
  return { voice, speak, refused, counted }
}

/** Its first text, from which each piece is taken by hand. */
function begun(voice: SpeakingVoice): AsyncIterator<Uint8Array> {
  const spoken = voice.speak({ tenant: 'default' as TenantId, text, dataClasses: [] }, never)
  return spoken[Symbol.asyncIterator]()
}

function loudness(ulaw: Uint8Array): number {
  const samples = decodeUlaw(ulaw, new Int16Array(ulaw.length))
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length))
}

describe('voices over HTTP', () => {
  let server: FakeVoiceServer
  let at: { url: string; dangerouslyAllowPlaintext: true }
  const path = (end: string) => ({ ...at, url: `${at.url}${end}` })
  before(async () => {
    server = await startFakeVoiceServer()
    at = { url: `http://voices.test:${server.port}`, dangerouslyAllowPlaintext: true }
  })
  beforeEach(() => {
    server.asked.length = 0
    server.status = 200
    server.stallsAfter = undefined
  })
  after(() => server[Symbol.asyncDispose]())
  const openai = () => ({ kind: 'openai', ...path('/v1/audio/speech'), apiKey: 'env:KEY' })

  test('makeVoice() speaks by /v1/audio/speech, samples or a WAV file, as telephone audio', async () => {
    for (const output of ['pcm', 'wav']) {
      const { speak, voice } = voiceOf({ ...openai(), output, names: { de: 'onyx' } })
      const ulaw = await speak({ language: 'de-AT' })
      assert.equal(ulaw.length, text.length * 80, output)
      assert.ok(loudness(ulaw) > 4_000)
      assert.equal(voice.health, 'up')
      const { body } = server.asked.at(-1) ?? {}
      assert.deepEqual(body, {
        model: 'gpt-4o-mini-tts',
        input: text,
        voice: 'onyx',
        response_format: output,
      })
    }
  })

  test('the /v1/audio/speech of our tests is one to the unmodified openai client', async () => {
    const client = new OpenAI({
      apiKey: 'key-1',
      baseURL: `http://127.0.0.1:${server.port}/v1`,
      maxRetries: 0,
    })
    const asked = { model: 'tts-1', voice: 'alloy', input: text, response_format: 'pcm' } as const
    const answer = await client.audio.speech.create(asked)
    assert.equal((await answer.arrayBuffer()).byteLength, text.length * 480)
    const stranger = new OpenAI({
      apiKey: 'no',
      baseURL: `http://127.0.0.1:${server.port}/v1`,
      maxRetries: 0,
    })
    await assert.rejects(stranger.audio.speech.create(asked), { status: 401 })
  })

  test('makeVoice() speaks by Deepgram, which keeps nothing where that is agreed, two thousand characters at a time', async () => {
    const { speak } = voiceOf({
      kind: 'deepgram',
      ...path('/v1/speak'),
      apiKey: 'env:KEY',
      trainingOptOut: true,
    })
    assert.equal((await speak()).length, text.length * 80)
    assert.deepEqual(server.asked[0]?.query, {
      model: 'aura-2-thalia-en',
      encoding: 'mulaw',
      sample_rate: '8000',
      container: 'none',
      mip_opt_out: 'true',
    })
    const long = 'This is a sentence. '.repeat(150)
    await speak({ text: long })
    const parts = server.asked.slice(1).map(({ body }) => String(body['text']))
    assert.equal(parts.length, 2)
    assert.equal(parts.join(' '), long.trim())
    assert.ok(parts[0]?.endsWith('.'))
  })

  test('the /v1/speak of our tests is one to the unmodified @deepgram/sdk', async () => {
    const base = `http://127.0.0.1:${server.port}`
    const environment = { base, production: base, agent: base, agentRest: base }
    const client = new DeepgramClient({ apiKey: 'key-1', environment })
    const answer = await client.speak.v1.audio.generate({
      text,
      model: 'aura-2-thalia-en',
      encoding: 'mulaw',
      sample_rate: 8_000,
      container: 'none',
    })
    assert.equal((await answer.arrayBuffer()).byteLength, text.length * 80)
    assert.equal(server.asked[0]?.headers['authorization'], 'Token key-1')
  })

  test('makeVoice() speaks by ElevenLabs’ stream, µ-law as it comes', async () => {
    const { speak } = voiceOf({
      kind: 'elevenlabs',
      ...path('/v1/text-to-speech'),
      apiKey: 'env:KEY',
      name: 'voice/1',
      trainingOptOut: true,
    })
    assert.equal(
      (await speak({ text: `<speak><prosody rate="200%">${text}</prosody></speak>` })).length,
      text.length * 80,
    )
    const { path: asked, query, body } = server.asked[0] ?? {}
    assert.equal(asked, '/v1/text-to-speech/voice%2F1/stream')
    assert.deepEqual(query, { output_format: 'ulaw_8000', enable_logging: 'false' })
    assert.deepEqual(body, { text, model_id: 'eleven_flash_v2_5', voice_settings: { speed: 1.2 } })
  })

  test('speak() makes pauses, speed and loudness of SSML itself, and tells no voice of it', async () => {
    const { speak } = voiceOf(openai())
    const ssml = '<speak>One<break time="1s"/><prosody rate="fast" volume="-20dB">two two</prosody></speak>'
    const ulaw = await speak({ text: ssml })
    assert.deepEqual(
      server.asked.map(({ body }) => [body['input'], body['speed']]),
      [
        ['One', undefined],
        ['two two', 1.35],
      ],
    )
    assert.equal(ulaw.length, 240 + 8_000 + 560)
    assert.equal(loudness(ulaw.subarray(240, 8_240)), 0)
    const ratio = loudness(ulaw.subarray(0, 240)) / loudness(ulaw.subarray(8_240))
    assert.ok(ratio > 8 && ratio < 12, `${ratio}`)
  })

  test('speak() sends nothing that its facts do not allow', async () => {
    const refused = (why: string) => ({ code: 'SPEECH_REFUSED', why })
    const elsewhere = { regions: ['eu'], trainingOptOut: 'any' } as const
    await assert.rejects(voiceOf(openai(), { rules: elsewhere }).speak(), refused('region'))
    await assert.rejects(
      voiceOf(openai()).speak({ dataClasses: ['personal', 'payment'] }),
      refused('data-class'),
    )
    const strict = { regions: undefined, trainingOptOut: 'required' } as const
    const trains = voiceOf(openai(), { rules: strict })
    await assert.rejects(trains.speak(), refused('training'))
    assert.deepEqual([trains.refused, trains.counted], [['training'], ['voice_refused']])
    assert.equal(trains.voice.refusal('default' as TenantId), 'training')
    assert.equal(server.asked.length, 0)
  })

  test('speak() tells why not, and nothing that the other side said', async () => {
    const codes: Record<number, string> = {
      401: 'VOICE_UNAUTHORISED',
      400: 'VOICE_REJECTED',
      500: 'VOICE_FAILED',
      302: 'VOICE_PROTOCOL',
    }
    for (const [status, code] of Object.entries(codes)) {
      server.status = Number(status)
      const { speak, voice } = voiceOf(openai())
      await assert.rejects(speak(), { code, message: 'the voice could not say the text' })
      assert.equal(voice.health, 'failing')
      assert.deepEqual(voice.figures.failures, { [code]: 1 })
    }
    server.status = 200
    await assert.rejects(voiceOf({ ...openai(), apiKey: 'env:NONE' }).speak(), { code: 'VOICE_UNAUTHORISED' })
    await assert.rejects(voiceOf(openai()).speak({ text: '<speak>' }), { code: 'VOICE_TEXT' })
    const secure = { ...openai(), url: `https://voices.test:${server.port}/v1/audio/speech` }
    await assert.rejects(voiceOf(secure).speak(), { code: 'VOICE_UNREACHABLE' })
  })

  test('speak() gives a voice up that says nothing more in time, and one that nobody wants any more', async () => {
    server.stallsAfter = 100
    const clock = fakeClock()
    const { voice, speak } = voiceOf(openai(), { clock })
    const iterator = begun(voice)
    const stalled = iterator.next().then(
      () => iterator.next(),
      (error: unknown) => Promise.reject(error as Error),
    )
    const impatient = setInterval(() => clock.advance(1_000), 5)
    await assert.rejects(stalled, { code: 'VOICE_STALLED' })
    clearInterval(impatient)
    assert.equal(voice.figures.sessions, 0)
    const gone = new AbortController()
    const spoken = speak({}, gone.signal)
    gone.abort()
    await assert.rejects(spoken, { code: 'VOICE_FAILED' })
  })

  test('speak() cuts off what is longer than it may be, and says no more texts at once than it may', async () => {
    const short = voiceOf({ ...openai(), maxAudioMs: 1_000 })
    assert.equal((await short.speak({ text: 'x'.repeat(300) })).length, 8_000)
    const busy = voiceOf({ ...openai(), maxSessions: 1 })
    const first = begun(busy.voice)
    await first.next()
    await assert.rejects(busy.speak(), { code: 'SPEECH_BUSY' })
    await first.return?.()
    await busy.speak()
  })
})

describe('voices of programs', () => {
  const program = (script: string, more: object = {}) =>
    voiceOf({
      kind: 'command',
      command: [process.execPath, '-e', script, '{name}', '{wpm}', '{length}'],
      ...more,
    })

  test('makeVoice() gives a program the text, and its arguments without a shell', async () => {
    const script = `let t='';process.stdin.on('data',d=>t+=d).on('end',()=>{
      const ok = t==='$(touch /tmp/x); "a" <b>' && process.argv.slice(1).join()==='de-DE,350,0.50'
      process.stdout.write(Buffer.alloc(ok?1600:2))})`
    const { speak } = program(script, { output: 'pcm', sampleRate: 8_000 })
    const spoken =
      '<speak xml:lang="de-DE"><prosody rate="200%">$(touch /tmp/x); "a" &lt;b&gt;</prosody></speak>'
    assert.equal((await speak({ text: spoken })).length, 800)
  })

  test('makeVoice() says which program is missing, and why one did not speak', async () => {
    const missing = voiceOf({ kind: 'command', command: ['/nowhere/espeak'] })
    await assert.rejects(missing.speak(), { code: 'VOICE_MISSING' })
    await assert.rejects(program('process.exit(1)', { output: 'pcm' }).speak(), { code: 'VOICE_REJECTED' })
    await assert.rejects(program('process.stdout.write("hello".repeat(9))').speak(), {
      code: 'VOICE_PROTOCOL',
    })
  })

  test('makeVoice() kills a program that goes on for ever once nobody wants it any more', async () => {
    const script = `process.stdout.write(process.pid+' '.repeat(4000));setInterval(()=>{},1000)`
    const { voice } = program(script, { output: 'pcm', sampleRate: 8_000 })
    const request = { tenant: 'default' as TenantId, text, dataClasses: [] }
    const iterator = voice.speak(request, never)[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.return?.()
    assert.equal(voice.figures.sessions, 0)
  })

  test('makeVoice() speaks by espeak-ng where no voice is configured', async (t) => {
    const { speak } = voiceOf({ ...voicesOf({ voices: [] })[0], dataClasses: ['personal'] })
    try {
      const ulaw = await speak({ language: 'en-US' })
      assert.ok(ulaw.length > 8_000 && ulaw.length < 40_000, `${ulaw.length}`)
      assert.ok(loudness(ulaw) > 1_000, `${loudness(ulaw)}`)
      const faster = await speak({ text: `<speak><prosody rate="fast">${text}</prosody></speak>` })
      assert.ok(faster.length < ulaw.length * 0.9)
      await assert.rejects(speak({ language: 'zz' }), { code: /VOICE_(REJECTED|PROTOCOL)/ })
    } catch (error) {
      if ((error as { code?: string }).code === 'VOICE_MISSING') return t.skip('apt install espeak-ng')
      throw error
    }
  })
})
