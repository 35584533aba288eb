/** Lets tests wait for what others do: by event, never by sleeping. */
export interface Watch {
  /** Something happened: everyone who waits looks again. */
  changed(): void
  /** Resolves with what `probe` returns as soon as it is neither `undefined` nor `false`; rejects, naming `what`, when time is up. */
  until<T>(what: string, probe: () => T | undefined | false, timeoutMs?: number): Promise<T>
}

const defaultTimeoutMs = 10_000

export function watch(): Watch {
  const waiting = new Set<() => void>()
  return {
    changed() {
      for (const look of waiting) look() // a look that is satisfied leaves the set
    },
    until(what, probe, timeoutMs = defaultTimeoutMs) {
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          waiting.delete(look)
          clearTimeout(timer)
          settle()
        }
        const look = () => {
          const found = probe()
          if (found !== undefined && found !== false) end(() => resolve(found))
        }
        const timer = setTimeout(
          () => end(() => reject(new Error(`waited ${timeoutMs} ms in vain for ${what}`))),
          timeoutMs,
        )
        waiting.add(look)
        look()
      })
    },
  }
}
