import type { Recorded } from './spoken.ts'

/** Power of one frequency in 16-bit samples at 8 kHz, as a share of all power (Goertzel's algorithm). */
export function toneShare(samples: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / 8_000)
  let [before, last, total] = [0, 0, 0]
  for (const sample of samples) {
    ;[before, last] = [last, sample + coefficient * last - before]
    total += sample * sample
  }
  const power = before * before + last * last - coefficient * before * last
  return total === 0 ? 0 : (2 * power) / (samples.length * total)
}

const windowSamples = 80 // 10 ms

/** How many milliseconds of the samples are that tone. */
export function toneMs(samples: Int16Array, hz: number): number {
  let windows = 0
  for (let start = 0; start + windowSamples <= samples.length; start += windowSamples) {
    const window = samples.subarray(start, start + windowSamples)
    const loud = window.some((sample) => Math.abs(sample) > 1_000)
    if (loud && toneShare(window, hz) > 0.5) windows += 1
  }
  return windows * 10
}

/** How loud a frequency is in the fifth of a second in which it is loudest: the peak of a sine, in 16-bit steps. */
export function tonePeak({ samples, rateHz }: Recorded, hz: number): number {
  const length = rateHz / 5
  let loudest = 0
  for (let start = 0; start + length <= samples.length; start += length / 2) {
    let [re, im] = [0, 0]
    for (let i = 0; i < length; i += 1) {
      const angle = (2 * Math.PI * hz * i) / rateHz
      re += (samples[start + i] ?? 0) * Math.cos(angle)
      im += (samples[start + i] ?? 0) * Math.sin(angle)
    }
    loudest = Math.max(loudest, (2 * Math.hypot(re, im)) / length)
  }
  return loudest
}
