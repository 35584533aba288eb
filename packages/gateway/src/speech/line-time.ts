/**
 * The times of one connection, whose audio has no holes, and those of the voice, which may: where the voice steps over
 * time, the connection gets a short silence, so that no word runs from one side to the other.
 */
export interface LineTime {
  /** Where on the connection a stretch of the voice begins, and how much silence goes before it. */
  place(fromMs: number, lengthMs: number): { readonly silenceMs: number }
  /** A time of the connection as one of the voice; `edge` says on which side of a hole it lies. */
  voiceMs(lineMs: number, edge: 'start' | 'end'): number
  /** How much was sent over the connection. */
  readonly sentMs: number
}

/** Shorter holes are filled as they are. */
const maxSilenceMs = 1_000
/** Older ones are those of words that were said long ago. */
const maxStretches = 256

interface Stretch {
  readonly lineMs: number
  readonly voiceMs: number
}

export function lineTime(): LineTime {
  const stretches: Stretch[] = []
  let sentMs = 0
  let nextVoiceMs: number | undefined

  return {
    place(fromMs, lengthMs) {
      const gapMs = nextVoiceMs === undefined ? 0 : fromMs - nextVoiceMs
      const silenceMs = Math.min(maxSilenceMs, Math.max(0, gapMs))
      sentMs += silenceMs
      if (gapMs !== silenceMs || nextVoiceMs === undefined) {
        stretches.push({ lineMs: sentMs, voiceMs: fromMs })
        if (stretches.length > maxStretches) stretches.shift()
      }
      sentMs += lengthMs
      nextVoiceMs = fromMs + lengthMs
      return { silenceMs }
    },
    voiceMs(lineMs, edge) {
      const within = Math.min(Math.max(0, lineMs), sentMs)
      const stretch =
        stretches.findLast((one) => (edge === 'start' ? one.lineMs <= within : one.lineMs < within)) ??
        stretches[0]
      return stretch === undefined ? 0 : stretch.voiceMs + Math.max(0, within - stretch.lineMs)
    },
    get sentMs() {
      return sentMs
    },
  }
}
