/** What the caller says: 16-bit samples at 8 kHz, or a function that gives the next ones until it has none left. */
export type Speech = Int16Array | (() => Int16Array | undefined)

export interface SpeechReader {
  /** Fills `out`, with silence once the speech is over; tells whether any of it was speech. */
  read(out: Int16Array): boolean
}

export function speechReader(speech: Speech): SpeechReader {
  let next: (() => Int16Array | undefined) | undefined = typeof speech === 'function' ? speech : once(speech)
  let rest = new Int16Array(0)
  return {
    read(out) {
      let filled = 0
      while (filled < out.length) {
        if (rest.length === 0) {
          const more: Int16Array | undefined = next?.()
          if (more === undefined) next = undefined
          if (more === undefined || more.length === 0) break
          rest = more.slice()
        }
        const part = rest.subarray(0, out.length - filled)
        out.set(part, filled)
        filled += part.length
        rest = rest.subarray(part.length)
      }
      out.fill(0, filled)
      return filled > 0
    },
  }
}

function once(samples: Int16Array): () => Int16Array | undefined {
  let given = false
  return () => {
    const first = !given
    given = true
    return first ? samples : undefined
  }
}
