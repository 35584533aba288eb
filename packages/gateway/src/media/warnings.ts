/** Gathers counted faults and tells each kind at most once a second, with how often it happened since. */
export interface Warnings {
  count(code: string): void
  /** Tells what is due. */
  flush(nowMs: number): void
}

const intervalMs = 1_000

export function warnings(tell: (code: string, count: number) => void): Warnings {
  const pending = new Map<string, { count: number; toldAtMs: number }>()
  return {
    count(code) {
      const entry = pending.get(code)
      if (entry === undefined) pending.set(code, { count: 1, toldAtMs: -Infinity })
      else entry.count += 1
    },
    flush(nowMs) {
      for (const [code, entry] of pending) {
        if (entry.count === 0 || nowMs - entry.toldAtMs < intervalMs) continue
        tell(code, entry.count)
        entry.count = 0
        entry.toldAtMs = nowMs
      }
    },
  }
}
