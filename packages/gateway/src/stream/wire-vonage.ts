import { decoder, isWide, type AudioForm } from './wire-audio.ts'
import { audioOf, ignored, isRecord, readMark, readRecord } from './wire-json.ts'
import { optionOf, type WireSetup } from './wire-setup.ts'
import type { StreamWire } from './wire.ts'
import { wireTrack } from './wire-track.ts'

/** Vonage's own pieces. */
const chunkMs = 20

/**
 * Vonage Voice over a WebSocket, as the side that calls (developer.vonage.com, "WebSockets"): binary 16-bit little-endian samples both ways, beside them
 * `websocket:connected` with the custom parameters as headers, `websocket:dtmf`, `websocket:cleared`, `websocket:notify`; the app's `{"action": "clear"}`
 * and `notify`. Option `rate`: 16000, 8000 or 24000. A notification is given for what was played, not for what was cleared.
 */
export function vonageWire(setup: WireSetup): StreamWire {
  const form: AudioForm = { encoding: 's16le', rateHz: optionOf(setup, 'rate', [16_000, 8_000, 24_000]) }
  let decode = decoder(form, setup.band.saysWide)
  const newTrack = () => wireTrack({ form, chunkMs, fill: true })
  const tracks = { inbound: newTrack(), outbound: newTrack() }
  return {
    begin: () => [
      JSON.stringify({
        ...setup.start.customParameters,
        event: 'websocket:connected',
        'content-type': `audio/l16;rate=${form.rateHz}`,
      }),
    ],
    isWide: isWide(form),
    audio: (track, ulaw, timestampMs, wide) => tracks[track].push(ulaw, timestampMs, wide)?.bytes,
    dtmf: (digit, durationMs) => JSON.stringify({ event: 'websocket:dtmf', digit, duration: durationMs }),
    mark: (name, state) =>
      state === 'played' ? `{"event":"websocket:notify","payload":${name}}` : undefined,
    stop: () => [],
    read(payload, isText) {
      if (!isText) return audioOf(decode(payload))
      const message = readRecord(payload)
      switch (message?.['action']) {
        case 'clear':
          decode = decoder(form, setup.band.saysWide) // half a sample that waits is not the first half of another
          return [{ kind: 'clear', reply: () => JSON.stringify({ event: 'websocket:cleared' }) }]
        case 'notify':
          // The label of the mark is the payload's JSON, told back as it is.
          return isRecord(message['payload']) ? readMark(JSON.stringify(message['payload'])) : ignored
        default:
          return ignored
      }
    },
  }
}
