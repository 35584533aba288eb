import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { decodeL16, encodeL16 } from '@voxkeep/wire/l16'
import { doubler, halver } from '@voxkeep/wire/resample'
import { maxPayloadSamples } from './codec-limits.ts'
import type { PayloadDecoder, PayloadEncoder } from './payload-codec.ts'

const wideRateHz = 16_000

/** Uncompressed samples (RFC 3551 §4.5.11) at 8 or 16 kHz, which is their RTP clock as well. */
export function l16PayloadDecoder(clockRateHz: number): PayloadDecoder {
  const narrow = clockRateHz === wideRateHz ? halver() : undefined
  // Of an odd number of samples at 16 kHz one would be lost at each packet.
  const bytesPerUlaw = narrow === undefined ? 2 : 4
  const read = new Int16Array(2 * maxPayloadSamples)
  const samples = new Int16Array(maxPayloadSamples)
  const ulaw = new Uint8Array(maxPayloadSamples)
  const isWhole = (bytes: number) => bytes % bytesPerUlaw === 0 && bytes <= maxPayloadSamples * bytesPerUlaw
  return {
    unitsOf: (payload) => (isWhole(payload.length) ? payload.length / 2 : 0),
    decode(payload) {
      if (payload.length === 0 || !isWhole(payload.length)) return undefined
      const decoded = decodeL16(payload, read)
      return encodeUlaw(narrow === undefined ? decoded : narrow.process(decoded, samples), ulaw)
    },
    restart() {}, // the filter forgets within 3 ms
    close() {},
  }
}

export function l16PayloadEncoder(clockRateHz: number): PayloadEncoder {
  const widen = clockRateHz === wideRateHz ? doubler() : undefined
  const bytesPerUlaw = widen === undefined ? 2 : 4
  const samples = new Int16Array(maxPayloadSamples)
  const wide = new Int16Array(2 * maxPayloadSamples)
  return {
    encode(ulaw, out) {
      if (ulaw.length > maxPayloadSamples || ulaw.length * bytesPerUlaw > out.length) return 0
      const linear = decodeUlaw(ulaw, samples)
      return encodeL16(widen === undefined ? linear : widen.process(linear, wide), out).length
    },
    close() {},
  }
}
