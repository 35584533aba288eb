import type { Resampler } from './half-band.ts'
import { kaiser, toInt16 } from './kaiser.ts'

/** Samples at 16 kHz on either side that an output is made of: up to 6.9 kHz nothing is lost, and what is above 9.1 kHz is 65 dB down. */
const reach = 16
const middle = 3 * reach
const kaiserBeta = 7
const blockSamples = 480

/** A Kaiser-windowed low-pass at 8 kHz, for a rate of 48 kHz. */
const shape = Float64Array.from({ length: 2 * middle + 1 }, (_, i) => {
  const distance = (i - middle) / 3
  const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance)
  return sinc * kaiser((i - middle) / (middle + 1), kaiserBeta)
})
const total = shape.reduce((sum, tap) => sum + tap, 0)

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
    const taps = Math.ceil((shape.length - phase) / up)
    return Float64Array.from({ length: taps }, (_unused, i) => (up * (shape[up * i + phase] ?? 0)) / total)
  })
  const history = Math.ceil(shape.length / up)
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
