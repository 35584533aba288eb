import { lowerBand, lowerScale, saturate, upperBand, upperScale } from './sub-band.ts'
import { lower4, lower6, lowerWeights, mirrorFilter, upper2, upperWeights } from './tables.ts'

/** Makes 16 kHz audio of 64 kbit/s G.722 (mode 1). */
export interface G722Decoder {
  /** Decodes each byte into two samples. Any bytes are G.722. Returns the part of `out` that was written. */
  decode(codes: Uint8Array, out: Int16Array): Int16Array
}

const history = 22
const blockCodes = 160
const halfTaps = 12

function limit(value: number): number {
  return value > 16_383 ? 16_383 : value < -16_384 ? -16_384 : value
}

export function g722Decoder(): G722Decoder {
  const lower = lowerBand()
  const upper = upperBand()
  const line = new Int32Array(history + 2 * blockCodes)

  function decodeLower(code: number): number {
    const index = code >> 2
    const output = limit(lower.predicted + ((lower.step * (lower6[code] ?? 0)) >> 15))
    const quantized = (lower.step * (lower4[index] ?? 0)) >> 15
    lower.rescale(lowerWeights[index] ?? 0, lowerScale.most, lowerScale.exponent)
    lower.adapt(quantized)
    return output
  }

  function decodeUpper(code: number): number {
    const quantized = (upper.step * (upper2[code] ?? 0)) >> 15
    const output = limit(upper.predicted + quantized)
    upper.rescale(upperWeights[code] ?? 0, upperScale.most, upperScale.exponent)
    upper.adapt(quantized)
    return output
  }

  function writePair(at: number, out: Int16Array, to: number): void {
    let first = 0
    let second = 0
    for (let i = 0; i < halfTaps; i += 1) {
      second += (line[at + 2 * i] ?? 0) * (mirrorFilter[i] ?? 0)
      first += (line[at + 2 * i + 1] ?? 0) * (mirrorFilter[halfTaps - 1 - i] ?? 0)
    }
    out[to] = saturate(first >> 11)
    out[to + 1] = saturate(second >> 11)
  }

  return {
    decode(codes, out) {
      const whole = Math.min(codes.length, out.length >> 1)
      for (let from = 0; from < whole; from += blockCodes) {
        const count = Math.min(blockCodes, whole - from)
        for (let i = 0; i < count; i += 1) {
          const code = codes[from + i] ?? 0
          const low = decodeLower(code & 0x3f)
          const high = decodeUpper(code >> 6)
          line[history + 2 * i] = low + high
          line[history + 2 * i + 1] = low - high
          writePair(2 * i, out, 2 * (from + i))
        }
        line.copyWithin(0, 2 * count, 2 * count + history)
      }
      return 2 * whole === out.length ? out : out.subarray(0, 2 * whole)
    },
  }
}
