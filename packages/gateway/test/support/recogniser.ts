/** A word with its times in the audio that a recogniser was given, in milliseconds. */
export interface HeardWord {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/** Turns 8 kHz samples into words, as an engine does: they come once the voice pauses. */
export interface Recogniser {
  push(samples: Int16Array): void
  /** Words that are over, since the last utterance ended. */
  readonly partial: readonly HeardWord[]
  /** Ends an utterance when there was a pause long enough, or at once with `flush`; undefined when there is none to end. */
  utterance(flush?: boolean): readonly HeardWord[] | undefined
  readonly heardMs: number
}

const frameSamples = 80
const frameMs = 10
/** Above the noise of G.711, below any voiced sound. */
const loudPeak = 600
/** A word is over after so much quiet: longer than a stop within one. */
const wordGapFrames = 8
const utteranceGapFrames = 40

/**
 * Hears bursts of sound with pauses between them, and says what `nameOf` makes of each: so its times are those of the audio it was
 * really given, whatever the way there did to it.
 */
function burstRecogniser(nameOf: (samples: Int16Array) => string): Recogniser {
  let rest = new Int16Array(0)
  let burst: Int16Array[] = []
  let words: HeardWord[] = []
  let [frames, quiet, startFrame] = [0, 0, 0]

  function frame(samples: Int16Array): void {
    const isLoud = samples.some((sample) => Math.abs(sample) > loudPeak)
    quiet = isLoud ? 0 : quiet + 1
    if (isLoud && burst.length === 0) startFrame = frames
    if (isLoud || burst.length > 0) burst.push(samples.slice())
    frames += 1
    if (burst.length > 0 && quiet >= wordGapFrames) endWord()
  }
  function endWord(): void {
    const voiced = burst.slice(0, burst.length - quiet)
    burst = []
    const samples = new Int16Array(voiced.length * frameSamples)
    voiced.forEach((part, index) => samples.set(part, index * frameSamples))
    const startMs = startFrame * frameMs
    words.push({ text: nameOf(samples), startMs, endMs: startMs + voiced.length * frameMs })
  }
  return {
    push(samples) {
      const all = new Int16Array(rest.length + samples.length)
      all.set(rest)
      all.set(samples, rest.length)
      const whole = all.length - (all.length % frameSamples)
      for (let at = 0; at < whole; at += frameSamples) frame(all.subarray(at, at + frameSamples))
      rest = all.slice(whole)
    },
    get partial() {
      return words
    },
    utterance(flush = false) {
      if (flush && burst.length > 0) endWord()
      if (words.length === 0 || (!flush && (burst.length > 0 || quiet < utteranceGapFrames))) return undefined
      const said = words
      words = []
      return said
    },
    get heardMs() {
      return frames * frameMs
    },
  }
}

/** Hears the words of a text, one after the other, in whatever bursts of sound come: speech that was made word by word. */
export function scriptedRecogniser(texts: readonly string[]): Recogniser {
  let next = 0
  return burstRecogniser(() => texts[next++] ?? 'um')
}

/** Words that are tones, which a recogniser knows again wherever it begins to listen. */
const toneWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const
const toneHz = (index: number) => 400 + 200 * index

export function toneRecogniser(): Recogniser {
  return burstRecogniser((samples) => {
    const powers = toneWords.map((_, index) => goertzel(samples, toneHz(index)))
    return toneWords[powers.indexOf(Math.max(...powers))] ?? ''
  })
}

const wordMs = 220
const gapMs = 150

/** Speaks digits in tones, a pause after every `phrase` of them. */
export function speakTones(
  digits: string,
  phrase = 4,
): { readonly samples: Int16Array; readonly words: readonly HeardWord[] } {
  const parts: number[] = []
  const words: HeardWord[] = []
  const silence = (ms: number) => void parts.push(...Array<number>(ms * 8).fill(0))
  silence(300)
  digits.split('').forEach((digit, place) => {
    const startMs = parts.length / 8
    for (let i = 0; i < wordMs * 8; i += 1)
      parts.push(Math.round(8_000 * Math.sin((2 * Math.PI * toneHz(Number(digit)) * i) / 8_000)))
    words.push({ text: toneWords[Number(digit)] ?? '', startMs, endMs: startMs + wordMs })
    silence((place + 1) % phrase === 0 ? 600 : gapMs)
  })
  silence(300)
  return { samples: Int16Array.from(parts), words }
}

function goertzel(samples: Int16Array, hz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * hz) / 8_000)
  let [one, two] = [0, 0]
  for (const sample of samples) [one, two] = [sample + factor * one - two, one]
  return one * one + two * two - factor * one * two
}
