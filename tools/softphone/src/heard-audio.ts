/** Keeps what was heard up to a bound. */
export interface HeardAudio {
  add(samples: Int16Array): void
  readonly samples: number
  /** All of it in memory of its own. */
  join(): Int16Array
}

export function heardAudio(maxSamples: number): HeardAudio {
  const frames: Int16Array[] = []
  let samples = 0
  return {
    add(frame) {
      if (samples + frame.length > maxSamples) return
      frames.push(frame)
      samples += frame.length
    },
    get samples() {
      return samples
    },
    join() {
      const all = new Int16Array(samples)
      let at = 0
      for (const frame of frames) {
        all.set(frame, at)
        at += frame.length
      }
      return all
    },
  }
}
