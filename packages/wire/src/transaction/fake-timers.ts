import type { Timers } from './types.ts'

interface Pending {
  readonly atMs: number
  readonly fire: () => void
}

/** Timers for tests: they fire in order of time, then of setting, while `advance` runs. */
export function fakeTimers(
  onSet: (delayMs: number) => void = () => {},
): Timers & { advance(ms: number): void; readonly pending: number } {
  const pending = new Set<Pending>()
  let nowMs = 0
  function next(untilMs: number): Pending | undefined {
    let first: Pending | undefined
    for (const each of pending) {
      if (each.atMs <= untilMs && (first === undefined || each.atMs < first.atMs)) first = each
    }
    return first
  }
  return {
    set(delayMs, fire) {
      const timer = { atMs: nowMs + delayMs, fire }
      pending.add(timer)
      onSet(delayMs)
      return () => void pending.delete(timer)
    },
    advance(ms) {
      const untilMs = nowMs + ms
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        pending.delete(timer)
        nowMs = timer.atMs
        timer.fire()
      }
      nowMs = untilMs
    },
    get pending() {
      return pending.size
    },
  }
}
