import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { commands, isTranscript } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { runCli } from './support/cli.ts'
import { program, without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { speakTones, toneRecogniser } from './support/recogniser.ts'
import { sayWhen } from './support/say-when.ts'
import { startSpeechServers, type SpeechServers } from './support/speech-servers.ts'
import { readSamples, writeSpeech } from './support/spoken.ts'

const spoken = speakTones('41112358')
const spokenText = spoken.words.map(({ text }) => text).join(' ')
const kinds = ['deepgram', 'vosk', 'websocket', 'openai', 'program'] as const
const grammarWords = 'operator|cancel|continue|recording|appointment|information'
const script = join(import.meta.dirname, 'support/speech-program.ts')

/** One gateway with an engine of each kind; a call is heard by the one that it is named for. */
describe('speech engines in calls', { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let servers: SpeechServers
  let gateway: GatewayProcess
  before(async () => {
    servers = stack.use(await startSpeechServers({ recognise: toneRecogniser }))
    gateway = stack.use(await startSpeaking(servers))
  })
  after(() => stack.disposeAsync())

  /** Says it to a call that an engine listens to, then waits a moment and hangs up; gives what the app was told was said. */
  async function call(to: string, samples: Int16Array): Promise<string> {
    const one = gateway.app.call(to)
    const hangUp = new AbortController()
    const listening = one.told('transcription.started', 15_000)
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550188',
      to,
      // A second later: by then the gateway has put its clock beside the phone's.
      speech: sayWhen(
        listening.then(() => setTimeout(1_300)),
        samples,
      ),
      signal: hangUp.signal,
    })
    await listening
    await setTimeout(samples.length / 8 + 2_800)
    hangUp.abort()
    await calling
    await one.told('call.ended', 30_000)
    const id = await one.id()
    return gateway.app.events
      .filter(isTranscript)
      .filter(({ data }) => data.call_id === id && data.party === 'caller' && data.final)
      .toSorted((a, b) => a.data.from_ms - b.data.from_ms) // events are told in no order
      .map(({ data }) => data.text)
      .join(' ')
  }

  test('GET /v1/speech/engines says that nothing was connected to before anybody spoke', async () => {
    assert.deepEqual(servers.state.asked, [])
    const engines = await gateway.api.speech.engines()
    assert.deepEqual(
      engines.map(({ id, refused }) => [id, refused]),
      [...kinds.map((kind) => [kind, null]), ['sphinx', null], ['trains', 'training']],
    )
  })

  test('each kind of engine hears every word of a call', async () => {
    const heard = await Promise.all(kinds.map((kind) => call(kind, spoken.samples)))
    assert.deepEqual(
      Object.fromEntries(kinds.map((kind, index) => [kind, heard[index]])),
      Object.fromEntries(kinds.map((kind) => [kind, spokenText])),
    )
    const engines = await gateway.api.speech.engines()
    for (const kind of kinds) {
      const engine = engines.find(({ id }) => id === kind)
      assert.partialDeepStrictEqual(engine, { health: 'up', sessions: 0, lost_ms: 0, failures: {} })
      assert.ok((engine?.words ?? 0) >= spoken.words.length)
    }
    assert.match(await metrics(), /voxkeep_speech_words_total\{engine="vosk"\} [1-9]/)
  })

  describe('at the same time', { concurrency: true }, () => {
    test('an engine that may train with what it hears gets nothing of a tenant that forbids it, and the log says so', async () => {
      const one = gateway.app.call('trains')
      const hangUp = new AbortController()
      const calling = placeCall({
        host: '127.0.0.1',
        port: gateway.sipPort,
        ca: gateway.deployment.caPem,
        from: '+12025550188',
        to: 'trains',
        speech: () => undefined,
        signal: hangUp.signal,
      })
      assert.partialDeepStrictEqual(await one.told('transcription.failed'), { reason: 'SPEECH_REFUSED' })
      hangUp.abort()
      await calling
      const entries = await Array.fromAsync(gateway.api.audit.list({ type: 'speech.refused' }))
      assert.partialDeepStrictEqual(entries, [{ fields: { engine: 'trains', why: 'training' } }])
      assert.ok(servers.state.asked.every(({ url }) => !url.includes('trains')))
    })

    test(
      'pocketsphinx, a real engine, hears a real call',
      { skip: without('pocketsphinx_continuous', 'espeak-ng') },
      async () => {
        const wav = join(await gateway.folder(), 'said.wav')
        execFileSync(program('espeak-ng'), [
          '-v',
          'en-us+f3',
          '-s',
          '110',
          '-w',
          wav,
          'operator cancel continue.',
        ])
        assert.match(await call('sphinx', readSamples(wav)), new RegExp(`\\b(${grammarWords})\\b`))
      },
    )

    test('voxkeep speech lists the engines, and lets one hear a file', async () => {
      const listed = await runCli(gateway, 'speech')
      assert.match(listed.output, /^trains\s+vosk.*refused: training/m)
      const file = join(await gateway.folder(), 'said.wav')
      writeSpeech(file, spoken.samples, 1)
      const { configPath } = gateway.deployment
      const heard = await runCli(gateway, 'speech', 'try', 'websocket', file, '--config', configPath)
      assert.equal(heard.code, 0, heard.output)
      // What `writeSpeech` puts before it is a second and a half.
      const startS = (1_500 + (spoken.words[0]?.startMs ?? 0)) / 1_000
      assert.match(heard.output, new RegExp(`^ *${startS.toFixed(1)}\\ds .* four$`, 'm'))
      assert.match(heard.output, /^8 words; everything was heard up to +\S+s of +\S+s$/m)
    })
  })

  test('no key of an engine is in what the gateway wrote', () => {
    assert.ok(!gateway.process.output().includes(servers.key))
  })

  async function metrics(): Promise<string> {
    const { apiPort, token } = gateway
    const answer = await fetch(`https://127.0.0.1:${apiPort}/metrics`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return answer.text()
  }
})

async function startSpeaking(servers: SpeechServers): Promise<GatewayProcess> {
  const { port, key, caPem } = servers
  let dir = ''
  return startGateway({
    scopes: ['calls:read', 'audit:read', 'metrics:read'],
    logLevel: 'debug',
    decide: (event) => {
      const { to = '' } = event.data as { to?: string }
      return [commands.answer(), commands.transcribe({ engine: to }), commands.wait()]
    },
    async prepare(folder) {
      dir = folder
      await writeFile(join(dir, 'speech.pem'), caPem)
      await writeFile(join(dir, 'speech.key'), key, { mode: 0o600 })
      await writeFile(join(dir, 'bearer.key'), `Bearer ${key}`, { mode: 0o600 })
      await writeFile(
        join(dir, 'words.gram'),
        `#JSGF V1.0;\ngrammar words;\npublic <words> = (${grammarWords})+;\n`,
      )
    },
    configure(settings) {
      const facts = { dataClasses: ['public', 'internal', 'personal'], trainingOptOut: true }
      const far = { ...facts, caFile: join(dir, 'speech.pem') }
      const at = `wss://127.0.0.1:${port}`
      const sphinx = `cat | stdbuf -oL pocketsphinx_continuous -infile /dev/stdin -time yes -remove_noise no -jsgf ${join(dir, 'words.gram')} -logfn /dev/null`
      settings['speech'] = {
        engines: [
          {
            id: 'deepgram',
            kind: 'deepgram',
            url: `${at}/v1/listen`,
            apiKey: `file:${join(dir, 'speech.key')}`,
            ...far,
          },
          { id: 'vosk', kind: 'vosk', url: `${at}/vosk`, ...far },
          {
            id: 'websocket',
            kind: 'websocket',
            url: `${at}/speech`,
            authorization: `file:${join(dir, 'bearer.key')}`,
            ...far,
          },
          {
            id: 'openai',
            kind: 'openai',
            url: `https://127.0.0.1:${port}/v1/audio/transcriptions`,
            apiKey: `file:${join(dir, 'speech.key')}`,
            chunkMs: 4_000,
            ...far,
          },
          {
            id: 'program',
            kind: 'command',
            command: [process.execPath, script],
            sampleRate: 8_000,
            ...facts,
          },
          {
            id: 'sphinx',
            kind: 'command',
            output: 'pocketsphinx',
            command: ['/bin/sh', '-c', sphinx],
            ...facts,
          },
          { id: 'trains', kind: 'vosk', url: `${at}/vosk?trains`, ...far, trainingOptOut: false },
        ],
      }
      settings['privacy'] = {
        policies: [
          { id: 'care', engine: 'vosk', types: ['email'], listen: 'asked', redact: false, finishMs: 5_000 },
        ],
      }
      settings['tenants'] = [{ id: 'default', privacy: 'care' }]
    },
  })
}
