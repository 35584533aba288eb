import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { commands, isIncomingCall } from '@voxkeep/sdk'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import type { WebSocket } from 'ws'
import { startBaresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { audioMarkers, filesBelow, findMarkers, textMarkers, textSource } from './support/markers.ts'
import { matchSpeech } from './support/speech.ts'
import { startSpeechServers, type SpeechServers } from './support/speech-servers.ts'
import { writeSpeech } from './support/spoken.ts'
import { watch } from './support/watch.ts'
import { knowingRecogniser, speakWords, type WordSpeech } from './support/word-speech.ts'

const greeting = 'Welcome to the bank.'
const answer = 'Your balance is ten pounds.'
const more =
  ' There is a great deal more to tell about all the things that happened to this account since the beginning of the year.'
const farewell = 'Thank you, and goodbye.'
const card = 'four one one one one one one one one one one one one one one one'
const speech = speakWords(['what is my balance', `my card number is ${card}`])
/** When each sentence begins, in seconds of what the phone says: after the greeting, and into the app's long answer. */
const [askAt, cardAt] = [1, 5.5]

interface Message {
  readonly type: string
  readonly [name: string]: unknown
}

describe(
  'a conversation of text with a baresip caller',
  { skip: without('baresip', 'espeak-ng'), timeout: 100_000 },
  () => {
    const stack = new AsyncDisposableStack()
    const messages: Message[] = []
    const { changed, until } = watch()
    let gateway: GatewayProcess
    let heard: Int16Array
    let relayEnded: Readonly<Record<string, unknown>>
    let receipt: { readonly streams: readonly { readonly end: string }[] }
    let output: string

    before(async () => {
      const ears = stack.use(await startSpeechServers({ recognise: () => knowingRecogniser(speech) }))
      gateway = stack.use(await startBank(ears, takeRelay))
      const folder = await gateway.folder()
      const says = join(folder, 'says.wav')
      writeSpeech(says, apart(speech), 30)
      const ports = gateway.mediaPorts.phone(0)
      await using caller = await startBaresip({ folder, says, ports, caFile: gateway.deployment.caFile })
      const call = gateway.app.call('bank')
      caller.dial(`sip:bank@127.0.0.1:${gateway.sipPort};transport=tls`)
      await call.told('call.ended', 40_000)
      relayEnded = await call.told('call.relay_ended')
      await caller.until('CALL_CLOSED')
      heard = await caller.heard()
      const found = await gateway.api.calls.get(await call.id())
      receipt = found.receipt as typeof receipt
      await gateway.stop()
      output = gateway.process.output()
    })
    after(() => stack.disposeAsync())

    /** The app: answers the first question at length, and hands over once it was told a card. */
    function takeRelay(socket: WebSocket): void {
      const say = (message: object) => socket.send(JSON.stringify(message))
      socket.on('error', () => socket.terminate())
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Message
        messages.push(message)
        changed()
        if (message.type === 'setup') socket.send('this is no message')
        if (message.type !== 'prompt' || message['last'] !== true) return
        const isFirst = messages.filter(({ type, last }) => type === 'prompt' && last === true).length === 1
        if (!isFirst) return say({ type: 'end', handoffData: '{"to":"human"}' })
        for (const token of (answer + more).split(/(?<= )/)) say({ type: 'text', token })
        say({ type: 'text', token: '', last: true })
      })
    }
    const of = (kind: string) => messages.filter(({ type }) => type === kind)

    test('J8: the upgrade of a relay is signed, and the app verified it', async () => {
      await until('setup', () => of('setup')[0])
      assert.equal(gateway.app.refused(), 0)
    })

    test('J1, J2: setup is first, then what the caller said in words, once', () => {
      assert.equal(messages[0]?.type, 'setup')
      assert.match(String(messages[0]?.['sessionId']), /^VX[0-9a-f]{32}$/)
      assert.deepEqual(messages[0]?.['customParameters'], { customer: '42' })
      assert.equal(of('prompt')[0]?.['voicePrompt'], 'what is my balance')
    })

    test('a card number that is spoken reaches the app as a placeholder, and stands nowhere', () => {
      assert.deepEqual(
        of('prompt').map(({ voicePrompt }) => voicePrompt),
        ['what is my balance', 'my card number is [CARD]'],
      )
      const sent = JSON.stringify(messages)
      assert.ok(!sent.includes('one one'), sent)
      assert.ok(
        messages.every(({ type }) => ['setup', 'prompt', 'interrupt', 'error'].includes(type)),
        'no audio',
      )
      const written = [...filesBelow(gateway.deployment.dataDir), textSource('output', output)]
      const ulaw = encodeUlaw(speech.samples, new Uint8Array(speech.samples.length))
      const secret = [
        ...textMarkers('card', 'one one one one'),
        ...textMarkers('answer', 'balance is ten pounds'),
        ...audioMarkers('the caller', ulaw, 3),
      ]
      assert.deepEqual(findMarkers(written, secret), [])
    })

    test('J3: the phone hears the greeting, and what the app wrote', () => {
      for (const text of [greeting, answer, farewell]) {
        const { heard: share } = matchSpeech(espeak(text), heard)
        assert.ok(share >= 0.75, `${text}: ${share}`)
      }
    })

    test('J4: the caller interrupts the app, which is told what they had heard by then', () => {
      const [interrupt] = of('interrupt')
      const prefix = String(interrupt?.['utteranceUntilInterrupt'])
      assert.ok((answer + more).startsWith(prefix))
      assert.ok(prefix.length > answer.length, prefix)
      assert.ok(prefix.length < (answer + more).length, prefix)
      const heardMs = Number(interrupt?.['durationUntilInterruptMs'])
      assert.ok(heardMs > 1_000 && heardMs < 7_500, `${heardMs}`)
      const end = espeak('since the beginning of the year.')
      assert.ok(matchSpeech(end, heard).heard < 0.5, 'the rest was not said')
    })

    test('J6: end asks the app how to go on, with its hand-off data', () => {
      const { status, handoff_data: handoff, session_sid: session } = relayEnded
      assert.deepEqual([status, handoff], ['ended', '{"to":"human"}'])
      assert.equal(session, messages[0]?.['sessionId'])
      assert.deepEqual(
        receipt.streams.map(({ end }) => end),
        ['closed-by-gateway'],
      )
    })

    test('J7: what was no message was answered with an error, and the conversation went on', () => {
      assert.deepEqual(of('error'), [{ type: 'error', description: 'the message is not JSON' }])
    })

    test('say() keeps speech that it was told to keep, sealed', () => {
      const kept = filesBelow(join(gateway.deployment.dataDir, 'prompts'))
      assert.equal(kept.length, 1)
      const samples = espeak(farewell)
      const ulaw = encodeUlaw(samples, new Uint8Array(samples.length))
      assert.deepEqual(findMarkers(kept, audioMarkers('the farewell', ulaw)), [])
      assert.deepEqual(findMarkers(kept, textMarkers('farewell', farewell)), [])
    })
  },
)

/** A gateway whose app talks in text, by its own espeak-ng voice, for no setting names another. */
function startBank(ears: SpeechServers, take: (socket: WebSocket) => void): Promise<GatewayProcess> {
  let caFile = ''
  return startGateway({
    decide: (event, url) =>
      isIncomingCall(event)
        ? [
            commands.relay(url, {
              greeting,
              greeting_interruptible: 'none',
              language: 'en-US',
              parameters: { customer: '42' },
            }),
          ]
        : [commands.say(farewell, { cache: true }), commands.hangup()],
    takeStream: (_to, socket) => (take(socket), true),
    scopes: ['calls:read'],
    logLevel: 'debug',
    async prepare(folder) {
      caFile = join(folder, 'ears.pem')
      await writeFile(caFile, ears.caPem)
    },
    configure(settings) {
      const url = `wss://127.0.0.1:${ears.port}/vosk`
      const dataClasses = ['personal', 'payment', 'health']
      settings['speech'] = {
        engines: [{ id: 'ears', kind: 'vosk', url, caFile, dataClasses, trainingOptOut: true }],
      }
      settings['privacy'] = {
        policies: [{ id: 'care', engine: 'ears', listen: 'asked', transcripts: 'off' }],
      }
      settings['tenants'] = [{ id: 'default', privacy: 'care' }]
    },
  })
}

/** The sentences with time between them. */
function apart({ samples, words }: WordSpeech): Int16Array {
  const starts = [askAt, cardAt]
  const out = new Int16Array((cardAt + 1) * 8_000 + samples.length)
  for (const [sentence, seconds] of starts.entries()) {
    const own = words.filter((word) => word.sentence === sentence)
    const [first, last] = [own[0], own.at(-1)]
    if (first !== undefined && last !== undefined)
      out.set(samples.subarray(first.from - 400, last.to + 400), seconds * 8_000)
  }
  return out
}

/** What the gateway's voice makes of it. */
function espeak(text: string): Int16Array {
  const args = ['--stdin', '--stdout', '-v', 'en-US', '-s', '175']
  const wav = parseWav(execFileSync('espeak-ng', args, { input: text }))
  assert.ok(!('error' in wav))
  return toMono8k(wav)
}
