import { decoder, isWide, type AudioForm } from './wire-audio.ts'
import { ignored, isRecord, readAudio, readRecord } from './wire-json.ts'
import { aboutText, type WireSetup } from './wire-setup.ts'
import type { StreamWire } from './wire.ts'
import { wireTrack, type Piece } from './wire-track.ts'

const defaultChunkMs = 400

/**
 * FreJun Teler's media stream, as the side that calls (frejun.ai/docs, "Media Streaming"): `start`, then `audio` with 16-bit little-endian samples in
 * pieces of `chunk_ms`; the app's `audio` (at the top level, as its SDKs send it, or in `data`, as its documents say), `interrupt` and `clear`. Both of
 * these throw away all that waits: what was queued is one row of samples here, not a list of chunks. There are no marks, no keys and no last message.
 * Options: `rate` 8000 or 16000 (also `8k`, `16k`), `chunk_ms` 20 to 2000 by 20.
 */
export function telerWire(setup: WireSetup): StreamWire {
  const form: AudioForm = { encoding: 's16le', rateHz: rateOf(setup) }
  let decode = decoder(form, setup.band.saysWide)
  const newTrack = () => wireTrack({ form, chunkMs: chunkOf(setup), fill: true })
  const tracks = { inbound: newTrack(), outbound: newTrack() }
  const { streamSid: stream_id, accountSid: account_id } = setup.start
  let messageId = 0
  const audio = (piece: Piece | undefined) =>
    piece &&
    JSON.stringify({
      type: 'audio',
      stream_id,
      message_id: ++messageId,
      data: { audio_b64: piece.bytes.toBase64() },
    })
  return {
    begin: () => [
      JSON.stringify({
        type: 'start',
        account_id,
        call_app_id: aboutText(setup, 'app'),
        call_id: aboutText(setup, 'call_id') || setup.start.callSid,
        stream_id,
        message_id: ++messageId,
        data: { encoding: 'audio/l16', sample_rate: form.rateHz, channels: 1 },
      }),
    ],
    isWide: isWide(form),
    audio: (track, ulaw, timestampMs, wide) => audio(tracks[track].push(ulaw, timestampMs, wide)),
    dtmf: () => undefined,
    mark: () => undefined,
    stop: () =>
      [audio(tracks.inbound.flush()), audio(tracks.outbound.flush())].filter((last) => last !== undefined),
    read(payload, isText) {
      const message = isText ? readRecord(payload) : undefined
      switch (message?.['type']) {
        case 'audio':
          return readAudio((isRecord(message['data']) ? message['data'] : message)['audio_b64'], decode)
        case 'interrupt':
        case 'clear':
          decode = decoder(form, setup.band.saysWide) // half a sample that waits is not the first half of another
          return [{ kind: 'clear' }]
        default:
          return ignored
      }
    },
  }
}

function rateOf({ options }: WireSetup): 8_000 | 16_000 {
  return options['rate'] === 16_000 || options['rate'] === '16k' ? 16_000 : 8_000
}

function chunkOf({ options }: WireSetup): number {
  const ms = options['chunk_ms']
  const isOne = typeof ms === 'number' && ms >= 20 && ms <= 2_000 && ms % 20 === 0
  return isOne ? ms : defaultChunkMs
}
