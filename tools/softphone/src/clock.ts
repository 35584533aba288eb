/** Time as an argument, so that a test can hold it still. */
export interface SoftphoneClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds that never step back. */
  monotonicMs(): number
  /** Runs `fire` once after `delayMs`; the returned function cancels it. */
  set(delayMs: number, fire: () => void): () => void
}

export const systemClock: SoftphoneClock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  set(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}
