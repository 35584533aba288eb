import { decoder, isWide, type AudioForm } from './wire-audio.ts'
import { ignored, isRecord, readAudio, readMark, readRecord } from './wire-json.ts'
import { aboutText, optionOf, type WireSetup } from './wire-setup.ts'
import type { StreamWire } from './wire.ts'
import { wireTrack } from './wire-track.ts'

/**
 * Telnyx media streaming, as the side that calls (developers.telnyx.com, "Stream call media over WebSocket"): `connected`, `start`, `media`, `dtmf`,
 * `mark`, `stop`; the app's `media`, `mark`, `clear`. Options: `encoding` `PCMU`, `PCMA` or `L16` (in network order), with `L16` a `rate` of 8000 or
 * 16000. Ids are Twilio-shaped SIDs of ours, which are as opaque to an app as Telnyx's. An MP3 file as `media` is not understood.
 */
export function telnyxWire(setup: WireSetup): StreamWire {
  const {
    streamSid: stream_id,
    callSid: call_control_id,
    accountSid: user_id,
    customParameters,
  } = setup.start
  const encoding = optionOf(setup, 'encoding', ['PCMU', 'PCMA', 'L16'])
  const form = formOf(encoding, setup)
  let decode = decoder(form, setup.band.saysWide)
  const newTrack = () => ({ audio: wireTrack({ form, chunkMs: 0, fill: false }), chunk: 0 })
  const tracks = { inbound: newTrack(), outbound: newTrack() }
  let sequence = 0
  const tell = (event: string, rest: object) =>
    JSON.stringify({ event, sequence_number: String(++sequence), stream_id, ...rest })
  return {
    begin: () => [
      JSON.stringify({ event: 'connected', version: '1.0.0' }),
      tell('start', {
        start: {
          user_id,
          call_control_id,
          call_session_id: aboutText(setup, 'call_id'),
          from: aboutText(setup, 'from'),
          to: aboutText(setup, 'to'),
          tags: [],
          client_state: '',
          custom_parameters: customParameters,
          media_format: { encoding, sample_rate: form.rateHz, channels: 1 },
        },
      }),
    ],
    isWide: isWide(form),
    audio(track, ulaw, timestampMs, wide) {
      const piece = tracks[track].audio.push(ulaw, timestampMs, wide)
      if (piece === undefined) return undefined
      const chunk = String(++tracks[track].chunk)
      const payload = piece.bytes.toBase64()
      return tell('media', { media: { track, chunk, timestamp: String(piece.timestampMs), payload } })
    },
    dtmf: (digit) => tell('dtmf', { dtmf: { digit } }),
    // Telnyx sends marks back when they were played, and those that a clear took with it as well.
    mark: (name) => tell('mark', { mark: { name } }),
    stop: () => [tell('stop', { stop: { user_id, call_control_id } })],
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

function formOf(encoding: 'PCMU' | 'PCMA' | 'L16', setup: WireSetup): AudioForm {
  switch (encoding) {
    case 'PCMU':
      return { encoding: 'ulaw', rateHz: 8_000 }
    case 'PCMA':
      return { encoding: 'alaw', rateHz: 8_000 }
    case 'L16':
      return { encoding: 's16be', rateHz: optionOf(setup, 'rate', [8_000, 16_000]) }
  }
}
