import type { Resampler } from './half-band.ts'
import { thirdLowPass, thirdReach as reach, toInt16 } from './kaiser.ts'

const middle = 3 * reach
const blockSamples = 480
/** Tones above 4.6 kHz are 65 dB down, and 3.4 kHz is untouched. */
const taps = thirdLowPass()
/** For each of the three outputs that one sample gives, the taps that meet a sample, times three for the two that are not there. */
const phases = [0, 1, 2].map((phase) =>
  Float64Array.from({ length: 2 * reach + 1 }, (_, i) => 3 * (taps[3 * i + phase] ?? 0)),
)

/** 8 kHz to 24 kHz. Delays by 16 samples of the lower rate. */
export function tripler(): Resampler {
  const history = 2 * reach
  const line = new Float64Array(history + blockSamples)
  return {
    process(samples, out) {
      for (let from = 0; from < samples.length; from += blockSamples) {
        const block = samples.subarray(from, from + blockSamples)
        line.set(block, history)
        for (let at = 0; at < block.length; at += 1) {
          for (let phase = 0; phase < 3; phase += 1) {
            out[3 * (from + at) + phase] = toInt16(dot(phases[phase], line, at + history))
          }
        }
        line.copyWithin(0, block.length, block.length + history)
      }
      return out.length === 3 * samples.length ? out : out.subarray(0, 3 * samples.length)
    },
  }
}

/** 24 kHz to 8 kHz. Delays by 16 samples of the lower rate. Takes a multiple of three samples, and leaves out what is more. */
export function thirder(): Resampler {
  const history = 2 * middle
  const line = new Float64Array(history + blockSamples)
  return {
    process(samples, out) {
      const whole = samples.length - (samples.length % 3)
      for (let from = 0; from < whole; from += blockSamples) {
        const block = samples.subarray(from, Math.min(from + blockSamples, whole))
        line.set(block, history)
        for (let at = 0; at < block.length; at += 3) {
          out[(from + at) / 3] = toInt16(dot(taps, line, at + history))
        }
        line.copyWithin(0, block.length, block.length + history)
      }
      return out.length === whole / 3 ? out : out.subarray(0, whole / 3)
    },
  }
}

/** The newest of the samples, at `newest`, meets the first tap. */
function dot(filter: Float64Array | undefined, line: Float64Array, newest: number): number {
  if (filter === undefined) return 0
  let sum = 0
  for (let i = 0; i < filter.length; i += 1) sum += (filter[i] ?? 0) * (line[newest - i] ?? 0)
  return sum
}
