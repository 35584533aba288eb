/** Converts a stream of samples from one rate to another; keeps what it needs of the past between calls. */
export type Resample = (samples: Int16Array) => Int16Array

const halfTaps = 16 // zero crossings of the sinc on each side, at the lower rate
const kaiserBeta = 8 // stop band below −80 dB
const passBand = 0.92 // of the lower rate's Nyquist frequency: room for the filter's edge

/**
 * A polyphase resampler: a sinc under a Kaiser window, cut off below the lower rate's Nyquist frequency. It delays by 16 samples of the
 * lower rate. With equal rates samples go through as they are.
 *
 * @throws RangeError for a rate that is not a positive integer.
 */
export function resampler(fromHz: number, toHz: number): Resample {
  for (const rate of [fromHz, toHz])
    if (!Number.isInteger(rate) || rate <= 0) throw new RangeError('a rate is a positive number of hertz')
  if (fromHz === toHz) return (samples) => samples
  const divisor = greatestCommonDivisor(fromHz, toHz)
  const up = toHz / divisor
  const down = fromHz / divisor
  const phases = filterPhases(up, Math.min(1, toHz / fromHz))
  const taps = phases[0]?.length ?? 0
  let past = new Int16Array(taps - 1)
  let position = 0 // of the next output, in 1/up of an input sample, from the first sample of the next input
  return (samples) => {
    const joined = new Int16Array(past.length + samples.length)
    joined.set(past)
    joined.set(samples, past.length)
    const count = Math.max(0, Math.ceil((samples.length * up - position) / down))
    const output = new Int16Array(count)
    for (let index = 0; index < count; index++, position += down)
      output[index] = convolve(phases[position % up], joined, Math.floor(position / up))
    position -= samples.length * up
    past = joined.slice(joined.length - taps + 1)
    return output
  }
}

function convolve(filter: Float64Array | undefined, samples: Int16Array, from: number): number {
  let sum = 0
  for (let tap = 0; tap < (filter?.length ?? 0); tap++)
    sum += (filter?.[tap] ?? 0) * (samples[from + tap] ?? 0)
  return Math.max(-32_768, Math.min(32_767, Math.round(sum)))
}

/** For each place of an output between two inputs, the weights of the inputs around it. */
function filterPhases(up: number, scale: number): Float64Array[] {
  const half = Math.ceil(halfTaps / scale)
  return Array.from({ length: up }, (_, phase) => {
    const filter = Float64Array.from({ length: 2 * half }, (__, tap) =>
      weight(tap - half + 1 - phase / up, half, scale * passBand),
    )
    const sum = filter.reduce((total, value) => total + value, 0)
    return filter.map((value) => value / sum) // so that a constant stays what it is, in every phase
  })
}

function weight(distance: number, half: number, cutoff: number): number {
  const sinc = distance === 0 ? cutoff : Math.sin(Math.PI * cutoff * distance) / (Math.PI * distance)
  const inside = 1 - (distance / half) ** 2
  return inside <= 0 ? 0 : (sinc * bessel(kaiserBeta * Math.sqrt(inside))) / bessel(kaiserBeta)
}

/** The modified Bessel function I₀, by its series. */
function bessel(x: number): number {
  let sum = 1
  for (let term = 1, k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
