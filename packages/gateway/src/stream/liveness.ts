import type { Clock } from '#kernel'

export interface Liveness {
  /** Anything that came from the app: it is alive. */
  heard(): void
  stop(): void
}

/**
 * Pings the app every `pingIntervalMs`, and calls `lost` once when nothing at all came from it within
 * `pongTimeoutMs` of a ping: a busy app may answer late, but it is not silent.
 */
export function startLiveness(options: {
  readonly clock: Clock
  readonly pingIntervalMs: number
  readonly pongTimeoutMs: number
  readonly ping: () => void
  readonly lost: () => void
}): Liveness {
  const { clock, pingIntervalMs, pongTimeoutMs } = options
  let heardAtMs = clock.monotonicMs()
  let cancel = clock.set(pingIntervalMs, beat)

  function beat(): void {
    const pingedAtMs = clock.monotonicMs()
    options.ping()
    cancel = clock.set(pongTimeoutMs, () => {
      if (heardAtMs < pingedAtMs) return options.lost()
      cancel = clock.set(Math.max(0, pingIntervalMs - pongTimeoutMs), beat)
    })
  }

  return {
    heard() {
      heardAtMs = clock.monotonicMs()
    },
    stop: () => cancel(),
  }
}
