import { wavAudio } from './wav-file.ts'
import { decoder, isWide, type AudioForm } from './wire-audio.ts'
import { audioOf, decodeBase64, ignored, isRecord, readMark, readRecord, type Json } from './wire-json.ts'
import { aboutText, optionOf, type WireSetup } from './wire-setup.ts'
import { tracksOf } from './twilio-writer.ts'
import type { AppMessage, StreamWire } from './wire.ts'
import { wireTrack } from './wire-track.ts'

const chunkMs = 20
const rates = [8_000, 16_000, 24_000] as const
/** jambonz's bound on marks that wait, and ours on pieces of audio whose end is to be told. */
const maxMarks = 30
const maxPlays = 100

/** What waits for its turn to be played. */
type Pending = { readonly id?: string | undefined; readonly isPlay: boolean; isCleared: boolean }

/**
 * The jambonz `listen` verb, as the side that calls (docs.jambonz.org, "Listen"): one text with the call's attributes, then binary 16-bit little-endian
 * samples both ways; the app's `playAudio` (WAV or raw, in place of what plays unless `queuePlay` says otherwise), `killAudio`, `mark`, `clearMarks`, `disconnect`; keys as text. Option `rate`: 8000, 16000 or 24000.
 * With two tracks they are sent as stereo in jambonz; here only one track can be heard at a time, and `mixType` says `mono`.
 */
export function jambonzWire(setup: WireSetup): StreamWire {
  const form: AudioForm = { encoding: 's16le', rateHz: optionOf(setup, 'rate', rates) }
  const [heard = 'inbound'] = tracksOf(setup.direction)
  const track = wireTrack({ form, chunkMs, fill: true })
  let decode = decoder(form, setup.band.saysWide)
  /** In the order of the queue; marks that were cleared by themselves are told so when their turn comes. */
  const pending: Pending[] = []
  const waiting = (isPlay: boolean) => pending.filter((each) => each.isPlay === isPlay).length
  /** Its end is told, with its id, as that of a mark: also when something else took its place. */
  const play = (data: Json): readonly AppMessage[] => {
    const said = readFile(data, setup.band.saysWide)
    if (said === ignored) return ignored
    if (waiting(true) >= maxPlays) return [{ kind: 'warning', code: 'app-buffer-full' }]
    const [id] = readMark(data['id'])
    pending.push({ id: id?.kind === 'mark' ? id.name : undefined, isPlay: true, isCleared: false })
    const end = { kind: 'mark', name: '' } as const
    return data['queuePlay'] === true ? [...said, end] : [{ kind: 'clear' }, ...said, end]
  }
  const read = (message: Json): readonly AppMessage[] => {
    switch (message['type']) {
      case 'playAudio':
        return isRecord(message['data']) ? play(message['data']) : ignored
      case 'killAudio':
        decode = decoder(form, setup.band.saysWide) // half a sample that waits is not the first half of another
        return [{ kind: 'clear' }]
      case 'mark': {
        const marks = isRecord(message['data']) ? readMark(message['data']['name']) : ignored
        const [mark] = marks
        if (mark?.kind !== 'mark' || waiting(false) >= maxMarks) return ignored
        pending.push({ isPlay: false, isCleared: false })
        return marks
      }
      case 'clearMarks':
        for (const mark of pending) mark.isCleared = true
        return []
      case 'disconnect':
        return [{ kind: 'end' }]
      default:
        return ignored
    }
  }
  return {
    // The documentation has the first, its SDK takes the second alone.
    subprotocol: 'audio.jambonz.org, audio.drachtio.org',
    begin: () => [JSON.stringify(attributes(setup, form.rateHz))],
    isWide: isWide(form),
    audio: (from, ulaw, timestampMs, wide) =>
      from === heard ? track.push(ulaw, timestampMs, wide)?.bytes : undefined,
    dtmf: (digit, durationMs) => JSON.stringify({ event: 'dtmf', dtmf: digit, duration: String(durationMs) }),
    mark(name, state) {
      const waited = pending.shift()
      if (waited?.isPlay === true) return JSON.stringify({ type: 'playDone', data: { id: waited.id } })
      const isCleared = waited?.isCleared === true || state === 'cleared'
      return JSON.stringify({ type: 'mark', data: { name, event: isCleared ? 'cleared' : 'playout' } })
    },
    stop: () => [],
    read(payload, isText) {
      if (!isText) return audioOf(decode(payload))
      const message = readRecord(payload)
      return message === undefined ? ignored : read(message)
    },
  }
}

function attributes(setup: WireSetup, sampleRate: number): object {
  const { callSid, accountSid, customParameters } = setup.start
  const direction = aboutText(setup, 'direction') === 'outbound' ? 'outbound' : 'inbound'
  return {
    ...customParameters,
    callSid,
    accountSid,
    callId: aboutText(setup, 'call_id'),
    direction,
    from: aboutText(setup, 'from'),
    to: aboutText(setup, 'to'),
    callStatus: 'in-progress',
    sampleRate,
    mixType: 'mono',
  }
}

/** A whole piece of audio in one message. */
function readFile(data: Json, keepsWide: boolean): readonly AppMessage[] {
  const bytes = decodeBase64(data['audioContent'])
  if (bytes === undefined) return ignored
  if (data['audioContentType'] === 'wav' || data['audioContentType'] === 'wave') {
    const said = wavAudio(bytes, keepsWide)
    return said === undefined ? ignored : audioOf(said)
  }
  const rateHz = rates.find((rate) => rate === Number(data['sampleRate']))
  if (data['audioContentType'] !== 'raw' || rateHz === undefined) return ignored
  return audioOf(decoder({ encoding: 's16le', rateHz }, keepsWide)(bytes))
}
