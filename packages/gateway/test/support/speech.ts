/** How much of what was spoken was heard. */
export interface SpeechMatch {
  /** Share, 0 to 1, of the spoken half seconds that hold speech and were found in what was heard. */
  readonly heard: number
  /** Median signal-to-noise ratio of those that were found, in dB; 0 when none was. */
  readonly snrDb: number
  /** Where the speech begins in what was heard, in samples; may be negative when its beginning was cut off. */
  readonly delaySamples: number
}

const windowSamples = 4_000
const frameSamples = 80 // 10 ms: the resolution of the first, coarse alignment
const speechRms = 300 // above the noise of G.711, below the quietest syllable
const foundCorrelation = 0.9 // 6 dB: what two different voices never reach over half a second
const searchSamples = 800 // what a jitter buffer may move speech by, either way

/**
 * Finds the spoken in the heard, both 8 kHz and 16-bit. Volume and delay do not matter, and each half second is looked for
 * around the place of the one before, since jitter buffers stretch and cut.
 */
export function matchSpeech(spoken: Int16Array, heard: Int16Array): SpeechMatch {
  const delaySamples = coarseDelay(spoken, heard)
  const correlations: number[] = []
  let voiced = 0
  let delay = delaySamples
  for (let start = 0; start + windowSamples <= spoken.length; start += windowSamples) {
    const window = spoken.subarray(start, start + windowSamples)
    if (rms(window) < speechRms) continue
    voiced += 1
    const best = bestPlace(window, heard, start + delay)
    if (best.correlation < foundCorrelation) continue
    delay = best.place - start
    correlations.push(best.correlation)
  }
  const ratios = correlations.map(snrDb).toSorted((a, b) => a - b)
  return {
    heard: voiced === 0 ? 0 : correlations.length / voiced,
    snrDb: ratios[ratios.length >> 1] ?? 0,
    delaySamples,
  }
}

/** By the loudness of 10 ms frames, so that it costs little over any length. */
function coarseDelay(spoken: Int16Array, heard: Int16Array): number {
  const a = loudness(spoken)
  const b = loudness(heard)
  let best = { lag: 0, score: -Infinity }
  for (let lag = -a.length + 1; lag < b.length; lag += 1) {
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
    frames[i] = rms(samples.subarray(i * frameSamples, (i + 1) * frameSamples))
  }
  const mean = frames.reduce((sum, value) => sum + value, 0) / Math.max(1, frames.length)
  return frames.map((value) => value - mean)
}

function bestPlace(
  window: Int16Array,
  heard: Int16Array,
  expected: number,
): { place: number; correlation: number } {
  let best = { place: expected, correlation: 0 }
  const xx = energy(window, 0, window.length)
  const last = Math.min(heard.length - window.length, expected + searchSamples)
  let place = Math.max(0, expected - searchSamples)
  // From place to place one sample comes and one goes; all are whole numbers, so that nothing is lost in it.
  for (let yy = energy(heard, place, window.length); place <= last; place += 1) {
    const correlation = xx === 0 || yy === 0 ? 0 : likeness(window, heard, place) / Math.sqrt(xx * yy)
    if (correlation > best.correlation) best = { place, correlation }
    yy += energy(heard, place + window.length, 1) - energy(heard, place, 1)
  }
  return best
}

function likeness(window: Int16Array, heard: Int16Array, place: number): number {
  let sum = 0
  for (let i = 0; i < window.length; i += 1) sum += (window[i] as number) * (heard[place + i] as number)
  return sum
}

function energy(samples: Int16Array, place: number, length: number): number {
  const end = Math.min(samples.length, place + length)
  let sum = 0
  for (let i = place; i < end; i += 1) sum += (samples[i] as number) ** 2
  return sum
}

/** Of a signal that correlates by `c` with its original, whatever the volume. */
function snrDb(c: number): number {
  const squared = Math.min(c * c, 1 - Number.EPSILON)
  return 10 * Math.log10(squared / (1 - squared))
}

function rms(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / Math.max(1, samples.length))
}
