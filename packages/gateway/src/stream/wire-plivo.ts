import { decoder, type AudioForm, type Decode } from './wire-audio.ts'
import { ignored, isRecord, readAudio, readMark, readRecord } from './wire-json.ts'
import { optionOf, type WireSetup } from './wire-setup.ts'
import { tracksOf } from './twilio-writer.ts'
import type { AppMessage, StreamWire } from './wire.ts'
import { wireTrack } from './wire-track.ts'

export const plivoContentTypes = [
  'audio/x-mulaw;rate=8000',
  'audio/x-l16;rate=8000',
  'audio/x-l16;rate=16000',
] as const

/**
 * Plivo audio streaming, as the side that calls (plivo.com, "Stream Event Protocol"): `start`, `media`, `dtmf`, `playedStream`, `clearedAudio`; the app's
 * `playAudio`, `checkpoint`, `clearAudio`, `sendDTMF`. Option `content_type`: what the app is sent, as in Plivo's XML; what it sends says of itself what it is.
 * `playedStream` comes only for what was played.
 */
export function plivoWire(setup: WireSetup): StreamWire {
  const { streamSid: streamId, callSid: callId, accountSid: accountId, customParameters } = setup.start
  const contentType = optionOf(setup, 'content_type', plivoContentTypes)
  const form = formOf(contentType.slice(0, contentType.indexOf(';')), Number(contentType.split('=')[1]))
  const newTrack = () => ({ audio: wireTrack({ form, chunkMs: 0, fill: false }), chunk: 0 })
  const tracks = { inbound: newTrack(), outbound: newTrack() }
  let readPlayed = playedReader()
  let sequenceNumber = 0
  const tell = (event: string, rest: object) =>
    JSON.stringify({ event, sequenceNumber: ++sequenceNumber, streamId, ...rest })
  return {
    begin: () => [
      JSON.stringify({
        event: 'start',
        sequenceNumber: ++sequenceNumber,
        start: {
          callId,
          streamId,
          accountId,
          tracks: tracksOf(setup.direction),
          mediaFormat: { encoding: contentType.split(';')[0], sampleRate: form.rateHz },
        },
        extra_headers: headersOf(customParameters),
      }),
    ],
    audio(track, ulaw, timestampMs) {
      const piece = tracks[track].audio.push(ulaw, timestampMs)
      if (piece === undefined) return undefined
      const chunk = ++tracks[track].chunk
      const payload = piece.bytes.toBase64()
      return tell('media', { media: { track, timestamp: String(piece.timestampMs), chunk, payload } })
    },
    dtmf: (digit) => tell('dtmf', { dtmf: { track: 'inbound', digit } }),
    mark: (name, state) => (state === 'played' ? tell('playedStream', { name }) : undefined),
    stop: () => [],
    read(payload, isText) {
      const message = isText ? readRecord(payload) : undefined
      switch (message?.['event']) {
        case 'playAudio':
          return readPlayed(message['media'])
        case 'checkpoint':
          return readMark(message['name'])
        case 'sendDTMF':
          return pressOf(message['dtmf'])
        case 'clearAudio':
          readPlayed = playedReader() // half a sample that waits is not the first half of another
          return [{ kind: 'clear', reply: () => tell('clearedAudio', {}) }]
        default:
          return ignored
      }
    },
  }
}

/** Keys to press towards the caller: a command to the call, checked and audited as every other. */
function pressOf(digits: unknown): readonly AppMessage[] {
  if (typeof digits !== 'string' || !/^[0-9A-D*#wW]{1,64}$/i.test(digits)) return ignored
  return [{ kind: 'said', message: { id: 'sendDTMF', commands: [{ type: 'send_digits', digits }] } }]
}

/** Plivo hands the parameters on as one text. */
function headersOf(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(';')
}

function formOf(contentType: unknown, rate: unknown): AudioForm {
  if (contentType !== 'audio/x-l16') return { encoding: 'ulaw', rateHz: 8_000 }
  return { encoding: 's16le', rateHz: rate === 16_000 ? 16_000 : 8_000 }
}

/** Each message names its form; a change of form begins anew. */
function playedReader(): (media: unknown) => readonly AppMessage[] {
  const decoders = new Map<string, Decode>()
  return (media) => {
    if (!isRecord(media)) return ignored
    const { contentType = 'audio/x-mulaw', sampleRate = 8_000, payload } = media
    const rate = Number(sampleRate)
    const isKnown = contentType === 'audio/x-mulaw' ? rate === 8_000 : contentType === 'audio/x-l16'
    if (!isKnown || (rate !== 8_000 && rate !== 16_000)) return ignored
    const form = formOf(contentType, rate)
    const key = `${form.encoding} ${form.rateHz}`
    const decode = decoders.get(key) ?? decoder(form)
    decoders.clear()
    decoders.set(key, decode)
    return readAudio(payload, decode)
  }
}
