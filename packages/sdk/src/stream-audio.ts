import { alaw, ulaw } from './g711.ts'
import { resampler, type Resample } from './resample.ts'
import type { AudioEncoding, StreamTrack } from './stream-events.ts'

/** What was heard, 20 ms or so of it. */
export interface AudioFrame {
  readonly track: StreamTrack
  /** Of its beginning, since the stream's. */
  readonly timestampMs: number
  /** Samples at `rateHz`, yours. */
  readonly pcm: Int16Array
  readonly rateHz: number
  /** As it came over the wire: what `play` sends back unchanged. */
  readonly bytes: Uint8Array
  readonly encoding: AudioEncoding
}

/** How the audio on a wire is written. */
export interface AudioFormat {
  readonly encoding: AudioEncoding
  readonly rateHz: number
}

export interface PlayFormat {
  /** Of bytes. Default: as on the wire. */
  readonly encoding?: AudioEncoding
  /** Default: 8000 for `ulaw` and `alaw`, else the conversation's `rateHz`. */
  readonly rateHz?: number
}

/** Samples at any rate or bytes in any encoding, to bytes for the wire; keeps what belongs together over several pieces. */
export interface AudioOut {
  convert(piece: Int16Array | Uint8Array | AudioFrame, format: PlayFormat): Uint8Array
  /** What comes next does not continue what came last. */
  restart(): void
}

export function audioOut(wire: AudioFormat, rateHz: number): AudioOut {
  const resamplers = new Map<number, Resample>()
  let half: number | undefined // the first byte of a sample whose second comes with the next piece
  const toWire = (samples: Int16Array, fromHz: number) => {
    const resample = resamplers.get(fromHz) ?? resampler(fromHz, wire.rateHz)
    resamplers.set(fromHz, resample)
    return encode(resample(samples), wire.encoding)
  }
  const whole = (bytes: Uint8Array) => {
    const joined = half === undefined ? bytes : Uint8Array.of(half, ...bytes)
    half = joined.length % 2 === 1 ? joined.at(-1) : undefined
    return joined.subarray(0, joined.length - (joined.length % 2))
  }
  return {
    convert(piece, format) {
      if (piece instanceof Int16Array) return toWire(piece, format.rateHz ?? rateHz)
      if (!(piece instanceof Uint8Array)) {
        return piece.encoding === wire.encoding && piece.bytes.length > 0
          ? piece.bytes
          : toWire(piece.pcm, piece.rateHz)
      }
      const encoding = format.encoding ?? wire.encoding
      const fromHz =
        format.rateHz ?? (format.encoding === undefined ? wire.rateHz : encoding === 'l16' ? rateHz : 8_000)
      const bytes = encoding === 'l16' ? whole(piece) : piece
      if (encoding === wire.encoding && fromHz === wire.rateHz) return bytes
      return toWire(decode(bytes, encoding), fromHz)
    },
    restart() {
      resamplers.clear()
      half = undefined
    },
  }
}

/** Bytes from the wire, to samples at a rate; of one track, in order. */
export function audioIn(wire: AudioFormat, rateHz: number): (bytes: Uint8Array) => Int16Array {
  const resample = resampler(wire.rateHz, rateHz)
  return (bytes) => resample(decode(bytes, wire.encoding))
}

export function durationMs(bytes: number, { encoding, rateHz }: AudioFormat): number {
  return (1_000 * bytes) / (rateHz * (encoding === 'l16' ? 2 : 1))
}

export function decode(bytes: Uint8Array, encoding: AudioEncoding): Int16Array {
  if (encoding !== 'l16') return (encoding === 'ulaw' ? ulaw : alaw).decode(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => view.getInt16(2 * index, true))
}

export function encode(samples: Int16Array, encoding: AudioEncoding): Uint8Array<ArrayBuffer> {
  if (encoding !== 'l16') return (encoding === 'ulaw' ? ulaw : alaw).encode(samples)
  const bytes = new Uint8Array(2 * samples.length)
  const view = new DataView(bytes.buffer)
  samples.forEach((sample, index) => view.setInt16(2 * index, sample, true))
  return bytes
}
