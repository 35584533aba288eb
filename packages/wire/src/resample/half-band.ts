import { kaiser, toInt16 } from './kaiser.ts'

/** Taps of the half-band filter on either side: with 31, tones above 4.6 kHz are 65 dB down, and 3.4 kHz is untouched. */
const reach = 31
const kaiserBeta = 7

/**
 * The taps at odd distances from the middle, 1, 3, 5 …, of a Kaiser-windowed low-pass at a quarter of the rate. Those at
 * even distances are zero, save the middle one, which is a half: that is what makes a half-band filter cheap.
 */
const oddTaps = Float64Array.from({ length: (reach + 1) / 2 }, (_, i) => {
  const distance = 2 * i + 1
  const window = kaiser(distance / (reach + 1), kaiserBeta)
  return (Math.sin((Math.PI * distance) / 2) / (Math.PI * distance)) * window
})
// What the window took from the gain at 0 Hz is given back.
const gain = 0.25 / oddTaps.reduce((sum, tap) => sum + tap, 0)
const taps = oddTaps.map((tap) => tap * gain)

const blockSamples = 320

/** Changes the rate of one channel's samples by two, keeping what both rates can carry. Delays by 16 of the lower rate. */
export interface Resampler {
  /** Returns the part of `out` that was written. Halving takes an even number of samples, and leaves an odd last one out. */
  process(samples: Int16Array, out: Int16Array): Int16Array
}

/** 16 kHz to 8 kHz, say. */
export function halver(): Resampler {
  const history = 2 * reach + 1 // one more than the filter needs: so the delay is a whole sample of the lower rate
  const line = new Float64Array(history + blockSamples)
  return {
    process(samples, out) {
      const whole = samples.length & ~1
      for (let from = 0; from < whole; from += blockSamples) {
        const block = samples.subarray(from, Math.min(from + blockSamples, whole))
        line.set(block, history)
        for (let at = 0; at < block.length; at += 2) {
          const middle = at + reach
          let sum = 0.5 * (line[middle] ?? 0)
          for (let i = 0, distance = 1; i < taps.length; i += 1, distance += 2) {
            sum += (taps[i] ?? 0) * ((line[middle - distance] ?? 0) + (line[middle + distance] ?? 0))
          }
          out[(from + at) >> 1] = toInt16(sum)
        }
        line.copyWithin(0, block.length, block.length + history)
      }
      return out.length === whole >> 1 ? out : out.subarray(0, whole >> 1)
    },
  }
}

/** 8 kHz to 16 kHz, say. */
export function doubler(): Resampler {
  const history = reach
  const line = new Float64Array(history + blockSamples)
  const side = (reach + 1) / 2
  return {
    process(samples, out) {
      for (let from = 0; from < samples.length; from += blockSamples) {
        const block = samples.subarray(from, from + blockSamples)
        line.set(block, history)
        for (let at = 0; at < block.length; at += 1) {
          const after = at + side // the first sample to the right of the place between two
          let sum = 0
          for (let i = 0; i < taps.length; i += 1) {
            sum += (taps[i] ?? 0) * ((line[after - 1 - i] ?? 0) + (line[after + i] ?? 0))
          }
          out[2 * (from + at)] = line[after - 1] ?? 0
          out[2 * (from + at) + 1] = toInt16(2 * sum)
        }
        line.copyWithin(0, block.length, block.length + history)
      }
      return out.length === 2 * samples.length ? out : out.subarray(0, 2 * samples.length)
    },
  }
}
