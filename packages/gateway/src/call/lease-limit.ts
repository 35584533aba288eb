import type { DialLease } from '#dialing'
import type { Clock } from '#kernel'

/** Timers take no more; it is longer than any call. */
const maxTimerMs = 2_147_483_647

/** Fires when an answered leg has lasted as long as it may, which others who leave some of the day's minutes make longer. The returned function cancels it. */
export function limitBy(
  lease: DialLease,
  clock: Clock,
  expired: () => void,
  answeredAtMs: number = clock.monotonicMs(),
): () => void {
  const look = () => {
    const leftMs = lease.maxDurationMs - (clock.monotonicMs() - answeredAtMs)
    if (leftMs <= 0) expired()
    else cancel = clock.set(Math.min(Math.ceil(leftMs), maxTimerMs), look)
  }
  let cancel = () => {}
  look()
  return () => cancel()
}
