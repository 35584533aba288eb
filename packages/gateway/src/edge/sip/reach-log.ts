import type { Log, TrunkId } from '#kernel'
import { EdgeError } from './edge-error.ts'
import { peerNotReached, peerReached } from './events.ts'
import type { Target } from './locate.ts'
import { hostPort } from './peer-security.ts'

/** Logs that a peer's address cannot be reached once, and again only when the reason is another or it was reached meanwhile. */
export interface ReachLog {
  reached(trunk: TrunkId, target: Target): void
  missed(trunk: TrunkId, target: Target, error: unknown): void
}

const maxKept = 1_000 // addresses come from the DNS; one that is forgotten is logged once more

export function reachLog(log: Log): ReachLog {
  const missing = new Map<string, string>() // why, of each trunk and address
  const keyOf = (trunk: TrunkId, { address, port }: Target) => `${trunk} ${hostPort(address, port)}`
  return {
    reached(trunk, target) {
      if (missing.delete(keyOf(trunk, target))) peerReached(log, trunk, target.address)
    },
    missed(trunk, target, error) {
      const key = keyOf(trunk, target)
      const why = error instanceof EdgeError ? (error.reason ?? error.code) : 'other'
      const isKnown = missing.get(key) === why
      missing.delete(key)
      missing.set(key, why)
      for (const oldest of missing.keys()) if (missing.size > maxKept) missing.delete(oldest)
      if (!isKnown) peerNotReached(log, trunk, error)
    },
  }
}
