import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { decoder, type AudioForm } from './wire-audio.ts'
import { audioOf, decodeBase64, ignored, isRecord, readMark, readRecord, type Json } from './wire-json.ts'
import { aboutText, optionOf, type WireSetup } from './wire-setup.ts'
import { tracksOf } from './twilio-writer.ts'
import type { AppMessage, StreamWire } from './wire.ts'
import { wireTrack } from './wire-track.ts'

const chunkMs = 20
const rates = [8_000, 16_000, 24_000] as const
/** jambonz's bound on marks that wait. */
const maxMarks = 30

/**
 * The jambonz `listen` verb, as the side that calls (docs.jambonz.org, "Listen"): one text with the call's attributes, then binary 16-bit little-endian
 * samples both ways; the app's `playAudio` (WAV or raw), `killAudio`, `mark`, `clearMarks`, `disconnect`; keys as text. Option `rate`: 8000, 16000 or 24000.
 * With two tracks they are sent as stereo in jambonz; here only one track can be heard at a time, and `mixType` says `mono`.
 */
export function jambonzWire(setup: WireSetup): StreamWire {
  const form: AudioForm = { encoding: 's16le', rateHz: optionOf(setup, 'rate', rates) }
  const [heard = 'inbound'] = tracksOf(setup.direction)
  const track = wireTrack({ form, chunkMs, fill: true })
  let decode = decoder(form)
  /** Names of marks that wait; those that were cleared by themselves are told so when their turn comes. */
  const pending: { name: string; isCleared: boolean }[] = []
  const read = (message: Json): readonly AppMessage[] => {
    switch (message['type']) {
      case 'playAudio':
        return isRecord(message['data']) ? readFile(message['data']) : ignored
      case 'killAudio':
        decode = decoder(form) // half a sample that waits is not the first half of another
        return [{ kind: 'clear' }]
      case 'mark': {
        const marks = isRecord(message['data']) ? readMark(message['data']['name']) : ignored
        const [mark] = marks
        if (mark?.kind !== 'mark' || pending.length >= maxMarks) return ignored
        pending.push({ name: mark.name, isCleared: false })
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
    subprotocol: 'audio.jambonz.org',
    begin: () => [JSON.stringify(attributes(setup, form.rateHz))],
    audio: (from, ulaw, timestampMs) => (from === heard ? track.push(ulaw, timestampMs)?.bytes : undefined),
    dtmf: (digit, durationMs) => JSON.stringify({ event: 'dtmf', dtmf: digit, duration: String(durationMs) }),
    mark(name, state) {
      const isCleared = pending.shift()?.isCleared === true || state === 'cleared'
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
function readFile(data: Json): readonly AppMessage[] {
  const bytes = decodeBase64(data['audioContent'])
  if (bytes === undefined) return ignored
  if (data['audioContentType'] === 'wav') return readWav(bytes)
  const rateHz = rates.find((rate) => rate === Number(data['sampleRate']))
  if (data['audioContentType'] !== 'raw' || rateHz === undefined) return ignored
  return audioOf(decoder({ encoding: 's16le', rateHz })(bytes))
}

function readWav(bytes: Uint8Array): readonly AppMessage[] {
  const wav = parseWav(bytes)
  if ('error' in wav) return ignored
  const samples = toMono8k(wav)
  return audioOf(encodeUlaw(samples, new Uint8Array(samples.length)))
}
