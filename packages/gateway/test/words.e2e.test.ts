import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { commands, isTranscript, type RecordingMark, type Transcript } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { parseWav } from '@voxkeep/wire/wav'
import { without } from './support/counterpart.ts'
import { databaseRows } from './support/database-rows.ts'
import { findAny } from './support/find-any.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { filesBelow, findMarkers, textMarkers, textSource, type Source } from './support/markers.ts'
import { sayWhen } from './support/say-when.ts'
import { startSpeechServers, type SpeechServers } from './support/speech-servers.ts'
import { knowingRecogniser, speakWords, type SpokenWord, type WordSpeech } from './support/word-speech.ts'

/** What is said, the sensitive part between bars, and how it is called. */
const said = [
  ['my card number is |four one one one one one one one one one one one one one one one|', 'CARD'],
  ['my social security number is |five three six two two eight seven two six|', 'SSN'],
  ['call me at |two oh two five five five oh one four seven|', 'PHONE'],
  ['my name is |margaret thompson|', 'PERSON'],
  ['my email is |margaret dot thompson at gmail dot com|', 'EMAIL'],
  ['i live at |fourteen maple street|', 'ADDRESS'],
  ['my date of birth is |april twelfth nineteen ninety|', 'DATE-OF-BIRTH'],
  ['the iban is |n o nine three eight six zero one one one one seven nine four seven|', 'IBAN'],
  ['my account number is |seven seven three one nine zero two|', 'BANK-ACCOUNT'],
  ['they found |diabetes|', 'HEALTH'],
  ['thank you and goodbye', ''],
] as const
const speech = speakWords(said.map(([text]) => text.replaceAll('|', '')))
const isSensitive = (word: SpokenWord): boolean => {
  const [text = ''] = said[word.sentence] ?? []
  const [before = '', inside] = text.split('|')
  const place = speech.words.filter(({ sentence }) => sentence === word.sentence).indexOf(word)
  const skipped = before.trim() === '' ? 0 : before.trim().split(' ').length
  return inside !== undefined && place >= skipped && place < skipped + inside.split(' ').length
}
const lost = speakWords(['this is heard', 'and this nobody will ever hear', 'my card is four one one one'])

const padMs = 30
/** A few frames. */
const drift = 800
const called = 'words'
const cut = 'words-cut'
const killed = 'words-killed'
/** Its app hears only what was judged. */
const held = 'words-held'
const streamHoldMs = 8_000
/** A card and a number, and quiet until they were judged. */
const heldWords = speech.words.filter(({ sentence }) => sentence < 2)
const heldSamples = new Int16Array((heldWords.at(-1)?.to ?? 0) + 28_000)
heldSamples.set(speech.samples.subarray(0, (heldWords.at(-1)?.to ?? 0) + 400))
/** Ten seconds, and some for the disk. */
const sealedWithinMs = 11_000

interface Kept {
  readonly id: string
  readonly caller: Uint8Array
  /** What the app heard of the caller meanwhile. */
  readonly streamed: Uint8Array
  /** How late each frame of it came. */
  readonly lateMs: readonly number[]
  readonly marks: readonly RecordingMark[]
}

describe('a call whose speech holds ten kinds of personal data', { skip: without('espeak-ng') }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let doomed: GatewayProcess
  let ears: SpeechServers
  let dying: SpeechServers
  let well: SpeechServers
  let call: Kept
  let cutCall: Kept
  let heldCall: Kept
  let transcript: Transcript
  let rescued: Transcript
  let receipt: Readonly<Record<string, unknown>>
  let written: Source[]
  const sent = encodeUlaw(speech.samples, new Uint8Array(speech.samples.length))

  before(async () => {
    ears = stack.use(await startSpeechServers({ recognise: () => knowingRecogniser(speech) }))
    dying = stack.use(await startSpeechServers({ recognise: () => knowingRecogniser(lost) }))
    well = stack.use(await startSpeechServers({ recognise: () => knowingRecogniser(lost) }))
    const started = await Promise.all([startWords({ ears, dying }), startWords({ ears: well, dying })])
    ;[gateway, doomed] = started
    for (const one of started) stack.use(one)
    ;[cutCall, , heldCall] = await Promise.all([speakUntilCut(), speakAndDie(), speakHeld()])
    call = await speakClearly()
    await doomed.restart()
    rescued = await doomed.api.transcripts.get(await doomed.app.call(killed).id())
    transcript = await gateway.api.transcripts.get(call.id)
    receipt = await gateway.api.calls.receipt(call.id)
    await gateway.stop()
    const { dataDir } = gateway.deployment
    written = [
      ...filesBelow(dataDir),
      ...(await databaseRows(dataDir)),
      textSource('output', gateway.process.output()),
    ]
  })
  after(() => stack.disposeAsync())

  /** Calls, says it when the recording runs, and gives back what was recorded. */
  async function speak(to: string, samples: Int16Array): Promise<Kept> {
    const one = gateway.app.call(to)
    const hangUp = new AbortController()
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550199',
      to,
      // A second later: by then the gateway has put its clock beside the phone's.
      speech: sayWhen(
        one.told('recording.started', 15_000).then(() => setTimeout(1_300)),
        samples,
      ),
      signal: hangUp.signal,
    })
    await one.told('recording.started', 15_000)
    await setTimeout(samples.length / 8 + 2_000)
    hangUp.abort()
    await calling
    await one.told('call.ended', 20_000)
    const id = await one.id()
    const [recording] = (await gateway.api.recordings.list({ callId: id })).data
    assert.ok(recording)
    const audio = await gateway.api.recordings.audio(recording.id, { format: 'ulaw' })
    const wav = parseWav(new Uint8Array(await new Response(audio).arrayBuffer()))
    assert.ok(!('error' in wav))
    const { data: marks } = await gateway.api.recordings.marks(recording.id)
    const stream = await one.stream()
    const [streamed, lateMs] = [stream.ulaw(), stream.lateMs()]
    return { id, caller: wav.data.filter((_, at) => at % 2 === 0), streamed, lateMs, marks }
  }

  /** Said again where the machine stood still, and the engine did not know the words. */
  async function speakHeld(): Promise<Kept> {
    for (let attempt = 1; ; attempt += 1) {
      const kept = await speak(`${held}-${attempt}`, heldSamples)
      const isHeard = heldWords.every(
        (word) => isSensitive(word) || has(kept.streamed, sent.subarray(word.from, word.to)),
      )
      if (attempt === 3 || isHeard) return kept
    }
  }

  /** A call that came through: where the machine stands still for a moment, what was said when is nobody's to know, and it is said again. */
  async function speakClearly(): Promise<Kept> {
    for (let attempt = 1; ; attempt += 1) {
      const kept = await speak(`${called}-${attempt}`, speech.samples)
      if (attempt === 3 || isClear(kept.streamed, sent, speech)) return kept
    }
  }

  /** The engine of this call goes silent after the first sentence, and never comes back. */
  async function speakUntilCut(): Promise<Kept> {
    const deafened = gateway.app.call(cut).told('call.transcript', 20_000)
    void deafened.then(() => (dying.state.behaviour = 'mute'))
    const kept = await speak(cut, lost.samples)
    await deafened
    return kept
  }

  /** A call whose gateway is killed in the middle, some time after the first sentence. */
  async function speakAndDie(): Promise<void> {
    const one = doomed.app.call(killed)
    const calling = placeCall({
      host: '127.0.0.1',
      port: doomed.sipPort,
      ca: doomed.deployment.caPem,
      from: '+12025550199',
      to: killed,
      speech: sayWhen(one.told('recording.started', 15_000), lost.samples),
    })
    calling.catch(() => {}) // it is cut off
    await one.told('call.transcript', 20_000)
    await setTimeout(sealedWithinMs)
    await doomed.kill()
  }

  test('is stored with every sensitive word silent, and every other word as it was said, to the bit', () => {
    const places = placesOf(call.caller, sent, speech)
    const streamed = placesOf(call.streamed, sent, speech)
    let same = 0
    for (const word of speech.words) {
      const place = word.from + (places[word.sentence] ?? 0)
      const was = sent.subarray(word.from, word.to)
      if (isSensitive(word)) {
        const is = call.caller.subarray(place, place + was.length)
        assert.ok(energy(is) <= 0.01 * energy(was), `"${word.text}" is gone`)
      } else if (isAround(call.caller, was, place)) same += 1
      // Where the machine stood still, a packet did not reach the gateway in time: then nobody has the word as it was sent.
      else {
        const heard = word.from + (streamed[word.sentence] ?? 0)
        assert.ok(!isAround(call.streamed, was, heard), `"${word.text}" is as it was said`)
      }
    }
    assert.ok(same >= speech.words.filter((word) => !isSensitive(word)).length * 0.9)
  })

  test('is heard by an app whose stream is held back with the card and the number silent, and every other word to the bit', (t) => {
    const { streamed, lateMs } = heldCall
    const places = placesOf(streamed, sent, { ...speech, words: heldWords })
    for (const word of heldWords) {
      const place = word.from + (places[word.sentence] ?? 0)
      const was = sent.subarray(word.from, word.to)
      if (isSensitive(word)) {
        assert.ok(
          energy(streamed.subarray(place, place + was.length)) <= 0.01 * energy(was),
          `"${word.text}" is gone`,
        )
        assert.ok(!has(streamed, was.slice(400, 800)), `nothing of "${word.text}" is anywhere`)
      } else assert.ok(isAround(streamed, was, place), `"${word.text}" is as it was said`)
    }
    const inOrder = lateMs.toSorted((a, b) => a - b)
    const [median = 0, most = 0] = [inOrder[inOrder.length >> 1], inOrder.at(-1)]
    assert.ok(most <= streamHoldMs + 1_500, `${most} ms`)
    t.diagnostic(`held audio came ${Math.round(median)} ms late (median), at most ${Math.round(most)} ms`)
  })

  test('is overwritten no more than 80 ms around what is sensitive, and marked so', () => {
    const places = placesOf(call.caller, sent, speech)
    const marks = call.marks.filter(({ channel, kind }) => channel === 'caller' && kind === 'redacted')
    const spans = said.flatMap(([text], sentence) => {
      const words = speech.words.filter((word) => word.sentence === sentence && isSensitive(word))
      const [first, last] = [words[0], words.at(-1)]
      if (!text.includes('|') || first === undefined || last === undefined) return []
      const start = places[sentence] ?? 0
      return [{ fromMs: (first.from + start) / 8, toMs: (last.to + start) / 8 }]
    })
    assert.equal(marks.length, spans.length)
    for (const [index, { fromMs, toMs }] of spans.entries()) {
      const { from_ms = NaN, to_ms = NaN } = marks[index] ?? {}
      assert.ok(fromMs - from_ms >= 0 && fromMs - from_ms <= 80, `begins ${fromMs - from_ms} ms before`)
      assert.ok(to_ms - toMs >= 0 && to_ms - toMs <= 80, `ends ${to_ms - toMs} ms after`)
    }
  })

  test('has a transcript with placeholders only, and its times', () => {
    const expected = said.map(([text, type]) => text.replace(/\|.*\|/, `[${type}]`))
    assert.deepEqual(
      transcript.lines.filter(({ party }) => party === 'caller').map(({ text }) => text),
      expected,
    )
    const findings = transcript.lines.flatMap((line) => line.findings ?? [])
    assert.equal(findings.length, 10)
    for (const { from_ms, to_ms } of findings) assert.ok(to_ms > from_ms)
  })

  test('tells the app the same, and nothing else', () => {
    const told = gateway.app.events.filter(isTranscript).filter(({ data }) => data.call_id === call.id)
    assert.deepEqual(
      told.map(({ data }) => data.text).toSorted(),
      transcript.lines.map(({ text }) => text ?? '').toSorted(),
    )
    assert.ok(told.every(({ data }) => data.original === undefined))
  })

  test('leaves none of it in any file, row, log line or event', () => {
    const secrets = said.flatMap(([text]) => text.split('|')[1] ?? [])
    assert.equal(secrets.length, 10)
    const values = [
      '4111111111111111',
      '536228726',
      '2025550147',
      'margaret.thompson@gmail.com',
      'NO9386011117947',
    ]
    const markers = [...secrets, ...values, 'diabetes', 'Thompson'].flatMap((text) => textMarkers(text, text))
    const events = textSource('events', JSON.stringify(gateway.app.events))
    assert.deepEqual(findMarkers([...written, events], markers), [])
    assert.equal(findMarkers([textSource('planted', `x ${secrets[3]} y`)], markers).length, 1)
  })

  test('has a receipt that counts what was taken out', () => {
    const { state, engine, policy, found, silencedMs, unjudgedMs } = receipt['redaction'] as Record<
      string,
      unknown
    >
    assert.deepEqual(
      { state, engine, policy, unjudgedMs },
      { state: 'applied', engine: 'ears', policy: 'care', unjudgedMs: 0 },
    )
    const types = transcript.lines.flatMap((line) => line.findings ?? []).map(({ type }) => type)
    assert.deepEqual(Object.keys(found as object).toSorted(), types.toSorted())
    const sensitive = speech.words.filter(isSensitive).reduce((sum, { from, to }) => sum + (to - from) / 8, 0)
    assert.ok(Number(silencedMs) >= sensitive)
  })

  test('keeps what was said before a kill -9, but for the last seconds', () => {
    assert.equal(rescued.state, 'recovered')
    assert.partialDeepStrictEqual(rescued.lines, [{ party: 'caller', text: 'this is heard' }])
  })

  test('of which the engine dies is silent from there on, and says so', () => {
    const sentCut = encodeUlaw(lost.samples, new Uint8Array(lost.samples.length))
    const [start = 0] = placesOf(cutCall.caller, sentCut, lost)
    for (const word of lost.words) {
      const place = word.from + start
      const was = sentCut.subarray(word.from, word.to)
      const is = cutCall.caller.subarray(place, place + was.length)
      if (word.sentence > 0) assert.ok(energy(is) <= 0.01 * energy(was), `"${word.text}" is gone`)
      else
        assert.ok(
          isAround(cutCall.caller, was, place) || !has(cutCall.streamed, was),
          `"${word.text}" is heard`,
        )
    }
    assert.ok(gateway.app.events.some(({ type }) => type === 'speech.failed'))
  })
})

/**
 * Where each sentence lies in the recording, by its first word that is found as it was sent. The gateway may put the phone's clock right between
 * sentences; one of which no word is found lies where the one before does.
 */
function placesOf(recorded: Uint8Array, sent: Uint8Array, { words }: WordSpeech): number[] {
  const places: number[] = []
  for (const word of words) {
    if (places[word.sentence] !== undefined) continue
    const near = places.findLast((place) => place !== undefined)
    const from = near === undefined ? 0 : Math.max(0, word.from + near - drift)
    const within = recorded.subarray(from, near === undefined ? recorded.length : word.to + near + drift)
    const [found] = findAny(within, [sent.slice(word.from, word.to)])
    if (found !== undefined) places[word.sentence] = found.offset + from - word.from
  }
  assert.ok(places[0] !== undefined, 'a word of the first sentence is in the recording')
  return words.reduce<number[]>((all, { sentence }) => {
    all[sentence] = places[sentence] ?? all[sentence - 1] ?? 0
    return all
  }, [])
}

/** Whether the app, which hears everything, heard each word, and none of them early or late beside the others of its sentence. */
function isClear(streamed: Uint8Array, sent: Uint8Array, speech: WordSpeech): boolean {
  const places = placesOf(streamed, sent, speech)
  return speech.words.every(({ from, to, sentence }) => {
    const at = from + (places[sentence] ?? 0)
    return Buffer.compare(streamed.subarray(at, at + to - from), sent.subarray(from, to)) === 0
  })
}

const has = (audio: Uint8Array, part: Uint8Array) => findAny(audio, [part.slice()]).length > 0

/** Whether `part` is at `place`, or within a few frames of it. */
function isAround(audio: Uint8Array, part: Uint8Array, place: number): boolean {
  return has(audio.subarray(Math.max(0, place - drift), place + part.length + drift), part)
}

function energy(ulaw: Uint8Array): number {
  let sum = 0
  for (const code of ulaw) {
    const exponent = (~code >> 4) & 7
    const magnitude = (((~code & 15) << 3) + 132) * 2 ** exponent - 132
    sum += magnitude * magnitude
  }
  return sum
}

async function startWords({
  ears,
  dying,
}: {
  ears: SpeechServers
  dying: SpeechServers
}): Promise<GatewayProcess> {
  const engine = (id: string, { port }: SpeechServers, caFile: string, more: object) => ({
    id,
    kind: 'vosk',
    url: `wss://127.0.0.1:${port}/vosk`,
    caFile,
    dataClasses: ['personal', 'payment', 'health'],
    trainingOptOut: true,
    ...more,
  })
  let dir = ''
  return startGateway({
    decide: (event, url) => {
      const { to } = event.data as { to?: string }
      const listen = to === cut ? [commands.transcribe({ engine: 'dying' })] : []
      const fork = commands.stream(url, {
        direction: 'inbound',
        ...(to?.startsWith(held) === true && { audio: 'held' }),
      })
      return [...listen, fork, commands.record(), commands.wait()]
    },
    scopes: ['calls:read', 'recordings:read', 'transcripts:read'],
    logLevel: 'debug',
    async prepare(folder) {
      dir = folder
      await writeFile(join(dir, 'ears.pem'), ears.caPem)
      await writeFile(join(dir, 'dying.pem'), dying.caPem)
    },
    configure(settings) {
      settings['speech'] = {
        engines: [
          engine('ears', ears, join(dir, 'ears.pem'), {}),
          engine('dying', dying, join(dir, 'dying.pem'), { attempts: 1, stallMs: 1_000 }),
        ],
      }
      settings['privacy'] = {
        policies: [{ id: 'care', engine: 'ears', padMs, streamHoldMs, finishMs: 4_000 }],
      }
      settings['tenants'] = [{ id: 'default', privacy: 'care' }]
    },
  })
}
