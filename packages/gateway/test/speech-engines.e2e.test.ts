import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { SpeechError } from '#speech'
import { apartMs, engineOf, hearing } from './support/hear.ts'
import { speakTones, toneRecogniser } from './support/recogniser.ts'
import { startSpeechServers, type SpeechServers } from './support/speech-servers.ts'

const spoken = speakTones('4111111111111111')
/** What the recogniser of the servers resolves, on both ends of a word. */
const closeMs = 30
const secrets = { 'env:KEY': 'speech-key', 'env:BEARER': 'Bearer speech-key' }

describe('speech engines over TLS', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let servers: SpeechServers
  let caFile: string
  before(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'voxkeep-speech-'))
    stack.defer(() => rm(dir, { recursive: true, force: true }))
    servers = stack.use(await startSpeechServers({ recognise: toneRecogniser }))
    caFile = join(dir, 'ca.pem')
    await writeFile(caFile, servers.caPem)
  })
  after(() => stack.disposeAsync())
  afterEach(() => {
    servers.state.behaviour = 'well'
    servers.state.audioMs = 0
    servers.state.asked.length = 0
    servers.state.texts.length = 0
    servers.dialect = 'openai'
  })

  const settings = {
    deepgram: () => ({
      kind: 'deepgram',
      url: `wss://localhost:${servers.port}/v1/listen`,
      apiKey: 'env:KEY',
      trainingOptOut: true,
      caFile,
    }),
    vosk: () => ({ kind: 'vosk', url: `wss://localhost:${servers.port}/vosk`, caFile }),
    websocket: () => ({
      kind: 'websocket',
      url: `wss://localhost:${servers.port}/speech`,
      authorization: 'env:BEARER',
      caFile,
    }),
    openai: () => ({
      kind: 'openai',
      url: `https://localhost:${servers.port}/v1/audio/transcriptions`,
      apiKey: 'env:KEY',
      chunkMs: 4_000,
      caFile,
    }),
  }
  const streaming = ['deepgram', 'vosk', 'websocket'] as const
  const open = (kind: keyof typeof settings, more: object = {}) =>
    engineOf({ ...settings[kind](), ...more }, { secrets })

  for (const kind of Object.keys(settings) as (keyof typeof settings)[]) {
    test(`a ${kind} engine hears every word once, and when it was said`, async () => {
      await using engine = open(kind)
      const heard = hearing(engine)
      await heard.say(spoken.samples, 500)
      await heard.session.finish(10_000)
      const words = heard.words.map((word) => ({
        ...word,
        startMs: word.startMs - 500,
        endMs: word.endMs - 500,
      }))
      assert.ok(apartMs(spoken.words, words) <= closeMs)
      assert.equal(heard.throughMs(), 500 + spoken.samples.length / 8)
      assert.deepEqual(heard.lost, [])
      assert.equal(engine.health, 'up')
      assert.equal(engine.figures.words, 16)
    })

    test(`a ${kind} engine that breaks off in the middle is heard to the end, and no word twice`, async () => {
      servers.state.behaviour = 'cuts'
      servers.state.cutAfterMs = kind === 'vosk' ? 6_800 : 3_400 // its samples have two bytes: in the fifth word or so
      await using engine = open(kind)
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.until('another connection', () => heard.states.some((state) => state.startsWith('down')))
      await heard.session.finish(10_000)
      assert.ok(apartMs(spoken.words, heard.words) <= closeMs)
      assert.equal(heard.throughMs(), spoken.samples.length / 8)
      assert.deepEqual(heard.lost, [])
    })

    test(`a ${kind} engine with a certificate that nobody vouched for gets nothing`, async () => {
      await using engine = open(kind, { caFile: undefined })
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.until('the end', () => heard.ended() !== undefined)
      assert.equal(heard.ended(), 'SPEECH_UNTRUSTED')
      assert.deepEqual(servers.state.asked, [])
    })

    test(`a ${kind} engine with another key than the one that is pinned gets nothing`, async () => {
      await using engine = open(kind, { spkiPins: [`${'A'.repeat(43)}=`] })
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.until('the end', () => heard.ended() !== undefined)
      assert.equal(heard.ended(), 'SPEECH_UNTRUSTED')
      assert.equal(servers.state.audioMs, 0)
    })

    test(`a ${kind} engine that never answers is given up, and nothing is claimed of it`, async () => {
      servers.state.behaviour = 'mute'
      const impatient = kind === 'openai' ? { timeoutMs: 500 } : { stallMs: 1_000 }
      await using engine = open(kind, { ...impatient, attempts: 1 })
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.until('the end', () => heard.ended() !== undefined, 20_000)
      assert.equal(heard.ended(), 'SPEECH_GAVE_UP')
      assert.equal(heard.throughMs(), 0)
      assert.deepEqual(heard.words, [])
      assert.equal(engine.figures.failures['stalled'], 1)
    })

    test(`a ${kind} engine that sends far too much is left`, async () => {
      servers.state.behaviour = 'huge'
      await using engine = open(kind, { attempts: 2 })
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.until('the end', () => heard.ended() !== undefined, 10_000)
      assert.equal(engine.figures.failures['protocol'], 2)
    })
  }

  for (const kind of ['deepgram', 'websocket', 'openai'] as const) {
    test(`a ${kind} engine that refuses our credentials is not asked again, and they are in no error`, async () => {
      const wrong = { 'env:KEY': 'other-key', 'env:BEARER': 'Bearer other-key' }
      await using engine = engineOf(settings[kind](), { secrets: wrong })
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.until('the end', () => heard.ended() !== undefined)
      assert.equal(heard.ended(), 'SPEECH_UNAUTHORISED')
      assert.equal(servers.state.asked.length, 1)
      assert.ok(!JSON.stringify([heard.states, engine.figures]).includes('other-key'))
    })

    test(`a ${kind} engine is shown the credentials of the moment`, async () => {
      const changing: Record<string, string> = { 'env:KEY': 'other-key', 'env:BEARER': 'Bearer other-key' }
      await using engine = engineOf(settings[kind](), { secrets: changing })
      Object.assign(changing, secrets)
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.session.finish(10_000)
      assert.ok(apartMs(spoken.words, heard.words) <= closeMs)
    })
  }

  for (const kind of streaming) {
    test(`a ${kind} engine that writes broken messages between good ones is heard all the same`, async () => {
      servers.state.behaviour = 'broken-json'
      await using engine = open(kind)
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.session.finish(10_000)
      assert.ok(apartMs(spoken.words, heard.words) <= closeMs)
    })
  }

  for (const dialect of ['speaches', 'whisper.cpp', 'segments-only'] as const) {
    test(`an openai engine understands ${dialect}`, async () => {
      servers.dialect = dialect
      await using engine = open('openai')
      const heard = hearing(engine)
      await heard.say(spoken.samples)
      await heard.session.finish(10_000)
      const texts = (words: readonly { text: string }[]) => words.map(({ text }) => text).join(' ')
      assert.equal(texts(heard.words), texts(spoken.words))
      if (dialect !== 'segments-only') assert.ok(apartMs(spoken.words, heard.words) <= closeMs)
    })
  }

  test('an openai engine is sent speech that never pauses in pieces that overlap, and no word is lost or doubled', async () => {
    const tight = speakTones('31415926535897932384626433832795', 99)
    await using engine = open('openai', { chunkMs: 4_000, overlapMs: 1_200 })
    const heard = hearing(engine)
    await heard.say(tight.samples)
    await heard.session.finish(10_000)
    assert.ok(servers.state.asked.length >= 4)
    assert.ok(apartMs(tight.words, heard.words) <= closeMs)
  })

  test('a vosk engine that is slow is not swamped: what it cannot take is lost, and told', async () => {
    servers.state.behaviour = 'slow'
    await using engine = open('vosk', { bufferMs: 1_000 })
    const heard = hearing(engine)
    await heard.say(spoken.samples)
    const lostMs = heard.lost.reduce((sum, [from, to]) => sum + to - from, 0)
    assert.ok(lostMs >= spoken.samples.length / 8 - 4_000, `${lostMs} ms`)
    assert.equal(engine.figures.lostMs, lostMs)
    heard.session.close()
  })

  test('a deepgram engine is asked to keep nothing for training, and told when nobody speaks', async () => {
    await using engine = open('deepgram')
    const heard = hearing(engine)
    await heard.say(new Int16Array(8 * 8_000))
    await heard.until('silence to be through', () => heard.throughMs() >= 6_000)
    await heard.session.finish(5_000)
    assert.match(servers.state.asked[0]?.url ?? '', /[?&]mip_opt_out=true(&|$)/)
    assert.deepEqual(heard.words, [])
    assert.equal(heard.throughMs(), 8_000)
    assert.deepEqual(servers.state.texts, ['{"type":"CloseStream"}'])
  })

  test('an engine elsewhere hears nothing of a tenant that is tied to a region', async () => {
    await using engine = engineOf(
      { ...settings.deepgram(), region: 'us' },
      { secrets, deps: { rulesOf: () => ({ regions: ['eu'], trainingOptOut: 'required' }) } },
    )
    assert.throws(
      () => hearing(engine),
      (error: unknown) =>
        error instanceof SpeechError && error.code === 'SPEECH_REFUSED' && error.why === 'region',
    )
    assert.deepEqual(engine.refused, ['region'])
    assert.deepEqual(servers.state.asked, [])
  })

  test('an engine in plaintext is reached on this machine only, and an address that the guard refuses never', async () => {
    const at = (url: string, dangerouslyAllowPlaintext: boolean) =>
      hearing(engineOf({ kind: 'vosk', url, dangerouslyAllowPlaintext, attempts: 1 }))
    const outside = at('ws://192.0.2.1:2700', true)
    const guarded = at('wss://10.0.0.1:2700', false)
    for (const heard of [outside, guarded]) {
      await heard.until('the end', () => heard.ended() !== undefined)
      assert.equal(heard.ended(), 'SPEECH_BLOCKED')
    }
    assert.throws(() => at('ws://127.0.0.1:2700', false), /dangerouslyAllowPlaintext/)
  })
})
