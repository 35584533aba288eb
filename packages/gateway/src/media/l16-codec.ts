import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { decodeL16, encodeL16 } from '@voxkeep/wire/l16'
import { bandJoiner, bandSplitter } from '@voxkeep/wire/resample'
import { maxPayloadSamples, wideRateHz } from './codec-limits.ts'
import type { PayloadDecoder, PayloadEncoder } from './payload-codec.ts'

/** Uncompressed samples (RFC 3551 §4.5.11) at 8 or 16 kHz, which is their RTP clock as well. */
export function l16PayloadDecoder(clockRateHz: number): PayloadDecoder {
  const splitter = clockRateHz === wideRateHz ? bandSplitter(wideRateHz) : undefined
  // Of an odd number of samples at 16 kHz one would be lost at each packet.
  const bytesPerUlaw = splitter === undefined ? 2 : 4
  const read = new Int16Array(2 * maxPayloadSamples)
  const wide = new Int16Array(2 * maxPayloadSamples)
  const narrow = new Int16Array(maxPayloadSamples)
  const ulaw = new Uint8Array(maxPayloadSamples)
  const isWhole = (bytes: number) => bytes % bytesPerUlaw === 0 && bytes <= maxPayloadSamples * bytesPerUlaw
  return {
    unitsOf: (payload) => (isWhole(payload.length) ? payload.length / 2 : 0),
    decode(payload) {
      if (payload.length === 0 || !isWhole(payload.length)) return undefined
      const decoded = decodeL16(payload, read)
      if (splitter === undefined) return { ulaw: encodeUlaw(decoded, ulaw) }
      splitter.process(decoded, narrow, wide)
      const { length } = decoded
      return { ulaw: encodeUlaw(narrow.subarray(0, length / 2), ulaw), wide: wide.subarray(0, length) }
    },
    restart() {}, // the filter forgets within 3 ms
    close() {},
  }
}

export function l16PayloadEncoder(clockRateHz: number): PayloadEncoder {
  const joiner = clockRateHz === wideRateHz ? bandJoiner(wideRateHz) : undefined
  const bytesPerUlaw = joiner === undefined ? 2 : 4
  const narrow = new Int16Array(maxPayloadSamples)
  const samples = new Int16Array(2 * maxPayloadSamples)
  return {
    encode(ulaw, out, wide) {
      if (ulaw.length > maxPayloadSamples || ulaw.length * bytesPerUlaw > out.length) return 0
      const linear = decodeUlaw(ulaw, narrow)
      return encodeL16(joiner === undefined ? linear : joiner.process(linear, wide, samples), out).length
    },
    close() {},
  }
}
