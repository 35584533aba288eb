import { decoder, isWide, type AudioForm } from './wire-audio.ts'
import { ignored, isRecord, readAudio, readMark, readRecord } from './wire-json.ts'
import { aboutText, optionOf, type WireSetup } from './wire-setup.ts'
import type { StreamWire } from './wire.ts'
import { wireTrack, type Piece } from './wire-track.ts'

/** Exotel's own pieces. */
const chunkMs = 100

/**
 * Exotel AgentStream, as the side that calls (developer.exotel.com, "Stream & Voicebot Applet"): like Twilio's messages in snake_case, with 16-bit
 * little-endian samples in pieces of 100 ms; the app's `media`, `mark`, `clear`. Option `rate`: 8000, 16000 or 24000.
 */
export function exotelWire(setup: WireSetup): StreamWire {
  const { streamSid: stream_sid, callSid: call_sid, accountSid: account_sid, customParameters } = setup.start
  const form: AudioForm = { encoding: 's16le', rateHz: optionOf(setup, 'rate', [8_000, 16_000, 24_000]) }
  let decode = decoder(form, setup.band.saysWide)
  const newTrack = () => ({ audio: wireTrack({ form, chunkMs, fill: true }), chunk: 0 })
  const tracks = { inbound: newTrack(), outbound: newTrack() }
  let sequence = 0
  const tell = (event: string, rest: object) =>
    JSON.stringify({ event, sequence_number: String(++sequence), stream_sid, ...rest })
  const media = (track: 'inbound' | 'outbound', piece: Piece | undefined) => {
    if (piece === undefined) return undefined
    const chunk = String(++tracks[track].chunk)
    const timestamp = String(piece.timestampMs)
    return tell('media', { media: { track, chunk, timestamp, payload: piece.bytes.toBase64() } })
  }
  return {
    begin: () => [
      JSON.stringify({ event: 'connected' }),
      tell('start', {
        start: {
          stream_sid,
          call_sid,
          account_sid,
          from: aboutText(setup, 'from'),
          to: aboutText(setup, 'to'),
          custom_parameters: customParameters,
          media_format: {
            encoding: 'base64',
            sample_rate: String(form.rateHz),
            bit_rate: `${(form.rateHz * 16) / 1_000}kbps`,
          },
        },
      }),
    ],
    isWide: isWide(form),
    audio: (track, ulaw, timestampMs, wide) =>
      media(track, tracks[track].audio.push(ulaw, timestampMs, wide)),
    dtmf: (digit, durationMs) => tell('dtmf', { dtmf: { duration: String(durationMs), digit } }),
    mark: (name) => tell('mark', { mark: { name } }),
    stop: () => {
      const rest = (['inbound', 'outbound'] as const).map((track) =>
        media(track, tracks[track].audio.flush()),
      )
      const end = tell('stop', { stop: { call_sid, account_sid, reason: 'callended' } })
      return [...rest.filter((message) => message !== undefined), end]
    },
    read(payload, isText) {
      const message = isText ? readRecord(payload) : undefined
      switch (message?.['event']) {
        case 'media':
          return isRecord(message['media']) ? readAudio(message['media']['payload'], decode) : ignored
        case 'mark':
          return isRecord(message['mark']) ? readMark(message['mark']['name']) : ignored
        case 'clear':
          decode = decoder(form, setup.band.saysWide) // half a sample that waits is not the first half of another
          return [{ kind: 'clear' }]
        default:
          return ignored
      }
    },
  }
}
