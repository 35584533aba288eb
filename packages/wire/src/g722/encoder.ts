import { lowerBand, lowerScale, saturate, upperBand, upperScale } from './sub-band.ts'
import {
  decisionLevels,
  lower4,
  lowerWeights,
  mirrorFilter,
  upper2,
  upperDecision,
  upperWeights,
} from './tables.ts'

/** Makes 64 kbit/s G.722 of 16 kHz audio. */
export interface G722Encoder {
  /** Encodes two samples into each byte; an odd last one is left out. Returns the part of `out` that was written. */
  encode(samples: Int16Array, out: Uint8Array): Uint8Array
}

const history = 22
const blockSamples = 320
const halfTaps = 12
const steps = decisionLevels.length

export function g722Encoder(): G722Encoder {
  const lower = lowerBand()
  const upper = upperBand()
  const line = new Int32Array(history + blockSamples)

  function encodeLower(sample: number): number {
    const difference = saturate(sample - lower.predicted)
    const magnitude = difference >= 0 ? difference : ~difference
    let level = 0
    while (level < steps && magnitude >= ((decisionLevels[level] ?? 0) * lower.step) >> 12) level += 1
    const code = difference < 0 ? negativeCode(level) : 61 - level
    const index = code >> 2
    const quantized = (lower.step * (lower4[index] ?? 0)) >> 15
    lower.rescale(lowerWeights[index] ?? 0, lowerScale.most, lowerScale.exponent)
    lower.adapt(quantized)
    return code
  }

  function encodeUpper(sample: number): number {
    const difference = saturate(sample - upper.predicted)
    const magnitude = difference >= 0 ? difference : ~difference
    const far = magnitude >= (upperDecision * upper.step) >> 12
    const code = difference < 0 ? (far ? 0 : 1) : far ? 2 : 3
    const quantized = (upper.step * (upper2[code] ?? 0)) >> 15
    upper.rescale(upperWeights[code] ?? 0, upperScale.most, upperScale.exponent)
    upper.adapt(quantized)
    return code
  }

  function encodePair(at: number): number {
    let odd = 0
    let even = 0
    for (let i = 0; i < halfTaps; i += 1) {
      odd += (line[at + 2 * i] ?? 0) * (mirrorFilter[i] ?? 0)
      even += (line[at + 2 * i + 1] ?? 0) * (mirrorFilter[halfTaps - 1 - i] ?? 0)
    }
    return encodeLower((even + odd) >> 14) | (encodeUpper((even - odd) >> 14) << 6)
  }

  return {
    encode(samples, out) {
      let written = 0
      const whole = Math.min(samples.length >> 1, out.length) * 2
      for (let from = 0; from < whole; from += blockSamples) {
        const block = samples.subarray(from, Math.min(from + blockSamples, whole))
        line.set(block, history)
        for (let at = 0; at < block.length; at += 2) out[written++] = encodePair(at)
        line.copyWithin(0, block.length, block.length + history)
      }
      return written === out.length ? out : out.subarray(0, written)
    },
  }
}

/** ITU-T G.722 Table 17: the two smallest negative levels have the highest code words. */
function negativeCode(level: number): number {
  return level < 2 ? 63 - level : 33 - level
}
