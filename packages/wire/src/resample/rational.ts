import type { Resampler } from './half-band.ts'
import { thirdLowPass, toInt16 } from './kaiser.ts'

const blockSamples = 480
/** For a rate of 48 kHz: up to 6.9 kHz nothing is lost, and what is above 9.1 kHz is 65 dB down. */
const taps = thirdLowPass()

/** 16 kHz to 24 kHz. Delays by 1 ms. Takes an even number of samples, and leaves an odd last one out. */
export function twoToThree(): Resampler {
  return rational(3, 2)
}

/** 24 kHz to 16 kHz. Delays by 1 ms. Takes a multiple of three samples, and leaves out what is more. */
export function threeToTwo(): Resampler {
  return rational(2, 3)
}

/** `up` outputs of `down` samples, by way of 48 kHz. */
function rational(up: number, down: number): Resampler {
  const phases = Array.from({ length: up }, (_, phase) => {
    const length = Math.ceil((taps.length - phase) / up)
    return Float64Array.from({ length }, (_unused, i) => up * (taps[up * i + phase] ?? 0))
  })
  const history = Math.ceil(taps.length / up)
  const line = new Float64Array(history + blockSamples)
  return {
    process(samples, out) {
      const whole = samples.length - (samples.length % down)
      for (let from = 0; from < whole; from += blockSamples) {
        const block = samples.subarray(from, Math.min(from + blockSamples, whole))
        line.set(block, history)
        const first = (from / down) * up
        const made = (block.length / down) * up
        for (let at = 0; at < made; at += 1) {
          const newest = history + Math.floor((at * down) / up)
          out[first + at] = toInt16(dot(phases[(at * down) % up], line, newest))
        }
        line.copyWithin(0, block.length, block.length + history)
      }
      const length = (whole / down) * up
      return out.length === length ? out : out.subarray(0, length)
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
