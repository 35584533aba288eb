import { uuid } from '#kernel'
import { decoder, isWide, type AudioForm, type Decode } from './wire-audio.ts'
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
 * `playedStream` comes only for what was played. Ids are UUIDs, and the extra headers are in `media` and `dtmf` as well: Plivo's stream SDK (plivo-stream-sdk-node)
 * takes no message without.
 */
export function plivoWire(setup: WireSetup): StreamWire {
  const { accountSid: accountId, customParameters } = setup.start
  const [callId, streamId] = [uuid(setup.start.callSid), uuid(setup.start.streamSid)]
  const extra_headers = headersOf(customParameters)
  const isPlain = /^[\x20-\x7e]*$/.test(extra_headers)
  const contentType = optionOf(setup, 'content_type', plivoContentTypes)
  const form = formOf(contentType.slice(0, contentType.indexOf(';')), Number(contentType.split('=')[1]))
  const newTrack = () => ({ audio: wireTrack({ form, chunkMs: 0, fill: false }), chunk: 0 })
  const tracks = { inbound: newTrack(), outbound: newTrack() }
  let readPlayed = playedReader(setup.band.saysWide)
  let sequenceNumber = 0
  let lastMs = 0
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
        extra_headers,
      }),
    ],
    isWide: isWide(form),
    audio(track, ulaw, timestampMs, wide) {
      const piece = tracks[track].audio.push(ulaw, timestampMs, wide)
      if (piece === undefined) return undefined
      const chunk = ++tracks[track].chunk
      lastMs = Math.max(lastMs, piece.timestampMs)
      const media = { track, timestamp: String(piece.timestampMs), chunk, payload: piece.bytes.toBase64() }
      const text = tell('media', { media, extra_headers })
      return isPlain ? text : asciiJson(text)
    },
    dtmf: (digit) =>
      tell('dtmf', { dtmf: { track: 'inbound', digit, timestamp: String(lastMs) }, extra_headers }),
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
          readPlayed = playedReader(setup.band.saysWide) // half a sample that waits is not the first half of another
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

/** The same JSON with whatever is not ASCII spelled as an escape: such characters stand in texts alone. */
function asciiJson(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
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
function playedReader(keepsWide: boolean): (media: unknown) => readonly AppMessage[] {
  const decoders = new Map<string, Decode>()
  return (media) => {
    if (!isRecord(media)) return ignored
    const { contentType = 'audio/x-mulaw', sampleRate = 8_000, payload } = media
    const rate = Number(sampleRate)
    const isKnown = contentType === 'audio/x-mulaw' ? rate === 8_000 : contentType === 'audio/x-l16'
    if (!isKnown || (rate !== 8_000 && rate !== 16_000)) return ignored
    const form = formOf(contentType, rate)
    const key = `${form.encoding} ${form.rateHz}`
    const decode = decoders.get(key) ?? decoder(form, keepsWide)
    decoders.clear()
    decoders.set(key, decode)
    return readAudio(payload, decode)
  }
}
