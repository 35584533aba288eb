import { createHash } from 'node:crypto'
import type { Clock } from '#kernel'

/** Remembers which PASSporTs were used, as long as they are fresh. */
export interface ReplayMemory {
  /** True for a first use, and for the same call again: it may come on another way after we could not take it. */
  use(passport: string, callId: string, freshUntilMs: number): boolean
  readonly size: number
}

const maxRemembered = 50_000 // twice the freshness at 400 calls a second; past it the oldest are forgotten

export function replayMemory(clock: Clock, limit = maxRemembered): ReplayMemory {
  const used = new Map<string, { callId: string; freshUntilMs: number }>() // iterates oldest first
  const forget = () => {
    for (const [name, { freshUntilMs }] of used) {
      if (freshUntilMs > clock.now() && used.size < limit) return
      used.delete(name)
    }
  }
  return {
    use(passport, callId, freshUntilMs) {
      const name = createHash('sha256').update(passport).digest('base64url')
      const earlier = used.get(name)
      if (earlier) return earlier.callId === callId
      forget()
      used.set(name, { callId, freshUntilMs })
      return true
    },
    get size() {
      return used.size
    },
  }
}
