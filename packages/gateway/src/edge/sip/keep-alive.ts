import type { Clock } from '#kernel'

export interface KeepAlive {
  /** Something came from the peer. */
  received(isPong: boolean): void
  stop(): void
}

const pongTimeoutMs = 10_000 // RFC 5626 §4.4.1

/**
 * Pings a peer (RFC 5626 §3.5.1), each time after 80 to 100 % of `everyMs`, as §4.4.1 says. Once the peer has shown that it
 * answers pings, `dead` is called when nothing came for 10 s after one: of a peer that never answers, silence tells nothing.
 */
export function keepAlive(
  clock: Pick<Clock, 'set'>,
  everyMs: number,
  o: { chance: () => number; ping: () => void; dead: () => void },
): KeepAlive {
  let answersPings = false
  let cancelPong: (() => void) | undefined
  let cancelPing = next()

  function next(): () => void {
    return clock.set(everyMs * (0.8 + 0.2 * o.chance()), () => {
      cancelPing = next()
      if (answersPings) cancelPong ??= clock.set(pongTimeoutMs, o.dead)
      o.ping()
    })
  }
  return {
    received(isPong) {
      if (isPong) answersPings = true
      cancelPong?.()
      cancelPong = undefined
    },
    stop() {
      cancelPing()
      cancelPong?.()
    },
  }
}
