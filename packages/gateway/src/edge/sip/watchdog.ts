import type { Clock } from '#kernel'

export interface Watchdog {
  /** `progress`: something was complete; `partial`: a message is begun and not complete. */
  received(progress: boolean, partial: boolean): void
  stop(): void
}

/**
 * Ends a connection that is idle and not needed, and one that sends a message too slowly, however steadily its bytes come.
 * Two timers, however much is sent.
 */
export function watchdog(
  clock: Pick<Clock, 'set' | 'monotonicMs'>,
  messageTimeoutMs: number,
  o: { isNeeded: () => boolean; idleMs: () => number; expire: (why: 'idle' | 'slow') => void },
): Watchdog {
  let lastMs = clock.monotonicMs()
  let cancelMessage: (() => void) | undefined
  let cancelIdle = clock.set(o.idleMs(), checkIdle)
  function checkIdle(): void {
    const idleMs = o.idleMs()
    const leftMs = lastMs + idleMs - clock.monotonicMs()
    if (leftMs <= 0 && !o.isNeeded()) return o.expire('idle')
    cancelIdle = clock.set(leftMs > 0 ? leftMs : idleMs, checkIdle)
  }
  return {
    received(progress, partial) {
      lastMs = clock.monotonicMs()
      if (progress || !partial) {
        cancelMessage?.()
        cancelMessage = undefined
      }
      if (partial) cancelMessage ??= clock.set(messageTimeoutMs, () => o.expire('slow'))
    },
    stop() {
      cancelMessage?.()
      cancelIdle()
    },
  }
}
