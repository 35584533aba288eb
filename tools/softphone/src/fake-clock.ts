import type { SoftphoneClock } from './clock.ts'

export interface FakeClock extends SoftphoneClock {
  /** Moves time forward and fires, in order, every timer that falls due. */
  advance(ms: number): void
}

/** A clock for tests that moves only when told to. */
export function fakeClock(): FakeClock {
  const timers = new Set<{ readonly atMs: number; readonly fire: () => void }>()
  let elapsedMs = 0
  const nextDue = (untilMs: number) =>
    [...timers].filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0]
  return {
    now: () => 1_700_000_000_000 + elapsedMs,
    monotonicMs: () => elapsedMs,
    set(delayMs, fire) {
      const timer = { atMs: elapsedMs + Math.max(0, delayMs), fire }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      const untilMs = elapsedMs + ms
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        timers.delete(due)
        elapsedMs = due.atMs
        due.fire()
      }
      elapsedMs = untilMs
    },
  }
}
