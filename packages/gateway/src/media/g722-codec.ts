import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { g722Decoder, g722Encoder } from '@voxkeep/wire/g722'
import { doubler, halver } from '@voxkeep/wire/resample'
import { maxPayloadSamples } from './codec-limits.ts'
import type { PayloadDecoder, PayloadEncoder } from './payload-codec.ts'

/** G.722: a byte is two samples at 16 kHz, one unit of an RTP clock that stands at 8 kHz, and one sample of ours. */
export function g722PayloadDecoder(): PayloadDecoder {
  let decoder = g722Decoder()
  let narrow = halver()
  const wide = new Int16Array(2 * maxPayloadSamples)
  const samples = new Int16Array(maxPayloadSamples)
  const ulaw = new Uint8Array(maxPayloadSamples)
  const unitsOf = (payload: Uint8Array) => (payload.length <= maxPayloadSamples ? payload.length : 0)
  return {
    unitsOf,
    decode(payload) {
      if (unitsOf(payload) === 0) return undefined
      const decoded = decoder.decode(payload, wide.subarray(0, 2 * payload.length))
      return encodeUlaw(narrow.process(decoded, samples), ulaw)
    },
    restart() {
      decoder = g722Decoder()
      narrow = halver()
    },
    close() {},
  }
}

export function g722PayloadEncoder(): PayloadEncoder {
  const encoder = g722Encoder()
  const widen = doubler()
  const samples = new Int16Array(maxPayloadSamples)
  const wide = new Int16Array(2 * maxPayloadSamples)
  return {
    encode(ulaw, out) {
      if (ulaw.length > Math.min(maxPayloadSamples, out.length)) return 0
      return encoder.encode(widen.process(decodeUlaw(ulaw, samples), wide), out).length
    },
    close() {},
  }
}
