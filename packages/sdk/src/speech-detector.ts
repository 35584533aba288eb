export interface SpeechOptions {
  /** How much louder than the room speech is, in decibels. Default 12. */
  readonly aboveNoiseDb?: number
  /** What is softer than this is never speech, in decibels below the loudest possible. Default −45. */
  readonly atLeastDb?: number
  /** How long it must last to count, in milliseconds. Default 120: shorter than a word, longer than a click. */
  readonly onsetMs?: number
  /** How long it must be silent to be over, in milliseconds. Default 500. */
  readonly hangoverMs?: number
}

/** Told of each stretch of samples, in order; says when somebody begins and when they stop. */
export type SpeechDetector = (samples: Int16Array) => 'started' | 'stopped' | undefined

/**
 * Tells speech from silence by its energy, against a noise floor that it learns. It is for barge-in on a telephone: no model, no delay beyond
 * `onsetMs`. Music counts as speech.
 */
export function speechDetector(rateHz: number, options: SpeechOptions = {}): SpeechDetector {
  const { aboveNoiseDb = 12, atLeastDb = -45, onsetMs = 120, hangoverMs = 500 } = options
  let floorDb = -60
  let speaking = false
  let contraryMs = 0 // how long it has been otherwise than `speaking` says
  return (samples) => {
    if (samples.length === 0) return undefined
    const ms = (1_000 * samples.length) / rateHz
    const levelDb = level(samples)
    const isLoud = levelDb > Math.max(atLeastDb, floorDb + aboveNoiseDb)
    // The floor sinks at once and rises slowly, by 3 dB a second, so that speech does not become the floor.
    floorDb = levelDb < floorDb ? Math.max(levelDb, -80) : Math.min(levelDb, floorDb + (3 * ms) / 1_000)
    contraryMs = isLoud === speaking ? Math.max(0, contraryMs - ms) : contraryMs + ms
    if (contraryMs < (speaking ? hangoverMs : onsetMs)) return undefined
    contraryMs = 0
    speaking = !speaking
    return speaking ? 'started' : 'stopped'
  }
}

/** The mean power, in decibels below a square wave of full scale. */
function level(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return 10 * Math.log10(sum / samples.length / 32_768 ** 2 + 1e-12)
}
