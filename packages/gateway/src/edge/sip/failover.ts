import type { Clock } from '#kernel'
import type { Target } from './locate.ts'
import { hostPort } from './peer-security.ts'

const penaltyMs = 30_000 // how long an address that failed comes last
const maxPenalties = 1_000

/**
 * Tries one address after the other (RFC 3263 §4.3), those that failed lately last, and gives what the first that works gives.
 * Rejects with what the last one failed of; `targets` is never empty.
 */
export function failover(
  clock: Pick<Clock, 'monotonicMs'>,
): <T>(targets: readonly Target[], attempt: (target: Target) => Promise<T>) => Promise<T> {
  const penalties = new Map<string, number>()
  const nameOf = ({ address, port }: Target) => hostPort(address, port)
  const failedUntil = (target: Target) => {
    const untilMs = penalties.get(nameOf(target)) ?? 0
    return untilMs > clock.monotonicMs() ? untilMs : 0
  }
  const punish = (target: Target) => {
    penalties.delete(nameOf(target))
    penalties.set(nameOf(target), clock.monotonicMs() + penaltyMs)
    for (const oldest of penalties.keys()) if (penalties.size > maxPenalties) penalties.delete(oldest)
  }
  return async (targets, attempt) => {
    let failure: unknown
    for (const target of targets.toSorted((a, b) => failedUntil(a) - failedUntil(b))) {
      try {
        const result = await attempt(target)
        penalties.delete(nameOf(target))
        return result
      } catch (error) {
        failure = error
        punish(target)
      }
    }
    throw failure
  }
}
