import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { g722Decoder, g722Encoder } from '@voxkeep/wire/g722'
import { bandJoiner, bandSplitter } from '@voxkeep/wire/resample'
import { maxPayloadSamples, wideRateHz } from './codec-limits.ts'
import type { PayloadDecoder, PayloadEncoder } from './payload-codec.ts'

/** G.722: a byte is two samples at 16 kHz, one unit of an RTP clock that stands at 8 kHz, and one sample of ours. */
export function g722PayloadDecoder(): PayloadDecoder {
  let decoder = g722Decoder()
  let splitter = bandSplitter(wideRateHz)
  const decoded = new Int16Array(2 * maxPayloadSamples)
  const wide = new Int16Array(2 * maxPayloadSamples)
  const narrow = new Int16Array(maxPayloadSamples)
  const ulaw = new Uint8Array(maxPayloadSamples)
  const unitsOf = (payload: Uint8Array) => (payload.length <= maxPayloadSamples ? payload.length : 0)
  return {
    unitsOf,
    decode(payload) {
      const { length } = payload
      if (unitsOf(payload) === 0) return undefined
      splitter.process(decoder.decode(payload, decoded.subarray(0, 2 * length)), narrow, wide)
      return { ulaw: encodeUlaw(narrow.subarray(0, length), ulaw), wide: wide.subarray(0, 2 * length) }
    },
    restart() {
      decoder = g722Decoder()
      splitter = bandSplitter(wideRateHz)
    },
    close() {},
  }
}

export function g722PayloadEncoder(): PayloadEncoder {
  const encoder = g722Encoder()
  const joiner = bandJoiner(wideRateHz)
  const narrow = new Int16Array(maxPayloadSamples)
  const samples = new Int16Array(2 * maxPayloadSamples)
  return {
    encode(ulaw, out, wide) {
      if (ulaw.length > Math.min(maxPayloadSamples, out.length)) return 0
      return encoder.encode(joiner.process(decodeUlaw(ulaw, narrow), wide, samples), out).length
    },
    close() {},
  }
}
