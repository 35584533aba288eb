/** Gathers counted faults and tells each kind at most once a second, with how often it happened since. */
export interface Warnings {
  count(code: string): void
  /** Tells what is due. */
  flush(nowMs: number): void
  /** Tells what waits, due or not: the last word on a leg. */
  flushAll(): void
}

const intervalMs = 1_000

export function warnings(tell: (code: string, count: number) => void): Warnings {
  const pending = new Map<string, { count: number; toldAtMs: number }>()
  function tellOne(code: string, entry: { count: number }): void {
    tell(code, entry.count)
    entry.count = 0
  }
  return {
    count(code) {
      const entry = pending.get(code)
      if (entry === undefined) pending.set(code, { count: 1, toldAtMs: -Infinity })
      else entry.count += 1
    },
    flush(nowMs) {
      for (const [code, entry] of pending) {
        if (entry.count === 0 || nowMs - entry.toldAtMs < intervalMs) continue
        tellOne(code, entry)
        entry.toldAtMs = nowMs
      }
    },
    flushAll() {
      for (const [code, entry] of pending) if (entry.count > 0) tellOne(code, entry)
    },
  }
}
