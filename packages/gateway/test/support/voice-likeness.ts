/** What a voice sounds like, over all that it says: its pitch and its long-term average spectrum. Tells voices of a synthesiser apart, and no impostor of a person. */
export interface VoiceFeatures {
  /** Median, in octaves. */
  readonly pitch: number
  /** Decibels in each band, against their mean. */
  readonly spectrum: readonly number[]
}

const rateHz = 8_000
const frameSamples = 320
const hopSamples = 160
const bandsHz = Array.from({ length: 24 }, (_, index) => 150 * 1.142 ** index)
const [shortestLag, longestLag] = [20, 130] // 400 to 61 Hz

/** @param samples - 8 kHz. */
export function voiceFeatures(samples: Int16Array): VoiceFeatures {
  const frames = loudFrames(samples)
  const pitches = frames.flatMap((frame) => pitchOf(frame) ?? []).toSorted((a, b) => a - b)
  const power = bandsHz.map((hz) => frames.reduce((sum, frame) => sum + powerAt(frame, hz), 1))
  const decibels = power.map((value) => 10 * Math.log10(value))
  const mean = decibels.reduce((sum, value) => sum + value, 0) / decibels.length
  return {
    pitch: Math.log2(pitches[pitches.length >> 1] ?? 1),
    spectrum: decibels.map((value) => value - mean),
  }
}

/** 0 to 1: how alike two voices are; a third of an octave, or 6 dB in every band, is a long way. */
export function likeness(a: VoiceFeatures, b: VoiceFeatures): number {
  const pitch = Math.abs(a.pitch - b.pitch) * 3
  const squares = a.spectrum.map((value, index) => (value - (b.spectrum[index] ?? 0)) ** 2)
  const spectrum = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length) / 6
  return Math.exp(-0.5 * (pitch ** 2 + spectrum ** 2))
}

function loudFrames(samples: Int16Array): Int16Array[] {
  const frames: Int16Array[] = []
  for (let at = 0; at + frameSamples <= samples.length; at += hopSamples) {
    const frame = samples.subarray(at, at + frameSamples)
    if (energyOf(frame) > frameSamples * 500 ** 2) frames.push(frame)
  }
  return frames
}

function energyOf(frame: Int16Array): number {
  return frame.reduce((sum, sample) => sum + sample * sample, 0)
}

/** In hertz, by the lag at which the frame is most like itself; undefined: it has no pitch. */
function pitchOf(frame: Int16Array): number | undefined {
  let best = { lag: 0, value: 0.6 }
  for (let lag = shortestLag; lag <= longestLag; lag += 1) {
    let [product, left, right] = [0, 1, 1]
    for (let at = 0; at + longestLag < frame.length; at += 1) {
      const [one, other] = [frame[at] ?? 0, frame[at + lag] ?? 0]
      product += one * other
      left += one * one
      right += other * other
    }
    const value = product / Math.sqrt(left * right)
    // A longer lag is taken only where it is clearly better: twice the period fits as well.
    if (value > best.value + 0.02) best = { lag, value }
  }
  return best.lag === 0 ? undefined : rateHz / best.lag
}

/** Goertzel's algorithm. */
function powerAt(frame: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz)
  let [before, last] = [0, 0]
  for (const sample of frame) [before, last] = [last, sample + coefficient * last - before]
  return before * before + last * last - coefficient * before * last
}
