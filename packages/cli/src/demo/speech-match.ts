/** How one signal is found in another. */
export interface SpeechMatch {
  /** Where the spoken begins in the other signal; negative when its beginning was cut off. */
  readonly lagSamples: number
  /**
   * Normalised, −1 to 1, over the whole of the spoken: 1 is the same wave at any volume. What is missing counts as silence,
   * and so does the quarter second in which the signal slips.
   */
  readonly correlation: number
  /** How often the other signal jumped in time, as jitter buffers do on a busy machine. */
  readonly slips: number
}

const frameSamples = 80 // 10 ms: the resolution of the first, coarse alignment
const windowSamples = 2_000
const searchSamples = 4_000 // half a second, either way: more than any jitter buffer holds
const good = 0.98
const audible = 100 * 100 // mean square; quieter windows are looked for nowhere else, since noise fits everywhere

/** Finds `spoken` in `other` (both 8 kHz, 16-bit), a quarter second at a time, and tells how alike they are. */
export function matchSpeech(spoken: Int16Array, other: Int16Array): SpeechMatch {
  let lag = coarseLag(spoken, other)
  let lagSamples: number | undefined
  let slips = 0
  const total: Sums = { xy: 0, xx: 0, yy: 0 }
  for (let start = 0; start < spoken.length; start += windowSamples) {
    const window = spoken.subarray(start, start + windowSamples)
    const [found, sums] = bestPlace(window, other, start + lag)
    total.xy += sums.xy
    total.xx += sums.xx
    total.yy += sums.yy
    if (correlationOf(sums) < good) continue // not surely found: the ones that follow are looked for where it was
    if (lagSamples !== undefined && found - start !== lag) slips += 1
    lag = found - start
    lagSamples ??= lag
  }
  return { lagSamples: lagSamples ?? lag, correlation: correlationOf(total), slips }
}

interface Sums {
  xy: number
  xx: number
  yy: number
}

function bestPlace(window: Int16Array, other: Int16Array, expected: number): readonly [number, Sums] {
  const xx = energy(window, 0, window.length)
  const sumsAt = (place: number, yy: number): Sums => ({ xy: likeness(window, other, place), xx, yy })
  const here = sumsAt(expected, energy(other, expected, window.length))
  if (correlationOf(here) >= good || xx < audible * window.length) return [expected, here]
  let best: readonly [number, Sums] = [expected, here]
  const last = expected + searchSamples
  let place = expected - searchSamples
  // From place to place one sample comes and one goes; all are whole numbers, so that nothing is lost in it.
  for (let yy = energy(other, place, window.length); place <= last; place += 1) {
    const sums = sumsAt(place, yy)
    if (correlationOf(sums) > correlationOf(best[1])) best = [place, sums]
    yy += energy(other, place + window.length, 1) - energy(other, place, 1)
  }
  return best
}

/** Σxy of the window and what is at `place`; there is silence outside `other`. */
function likeness(window: Int16Array, other: Int16Array, place: number): number {
  const end = Math.min(window.length, other.length - place)
  let sum = 0
  for (let i = Math.max(0, -place); i < end; i += 1)
    sum += (window[i] as number) * (other[place + i] as number)
  return sum
}

function energy(samples: Int16Array, place: number, length: number): number {
  const end = Math.min(samples.length, place + length)
  let sum = 0
  for (let i = Math.max(0, place); i < end; i += 1) sum += (samples[i] as number) ** 2
  return sum
}

function correlationOf({ xy, xx, yy }: Sums): number {
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy)
}

/** By the loudness of 10 ms frames, so that it costs little over any length. */
function coarseLag(spoken: Int16Array, other: Int16Array): number {
  const a = loudness(spoken)
  const b = loudness(other)
  let best = { lag: 0, score: -Infinity }
  for (let lag = 1 - a.length; lag < b.length; lag += 1) {
    let score = 0
    for (let i = Math.max(0, -lag); i < a.length && i + lag < b.length; i += 1) {
      score += (a[i] ?? 0) * (b[i + lag] ?? 0)
    }
    if (score > best.score) best = { lag, score }
  }
  return best.lag * frameSamples
}

function loudness(samples: Int16Array): Float64Array {
  const frames = new Float64Array(Math.floor(samples.length / frameSamples))
  for (let i = 0; i < frames.length; i += 1) {
    let sum = 0
    for (const sample of samples.subarray(i * frameSamples, (i + 1) * frameSamples)) sum += sample * sample
    frames[i] = Math.sqrt(sum / frameSamples)
  }
  const mean = frames.reduce((sum, value) => sum + value, 0) / Math.max(1, frames.length)
  return frames.map((value) => value - mean)
}
