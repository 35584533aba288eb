import type { Clock } from '#kernel'
import { recentMap } from './recent-map.ts'

export interface SourceGuard {
  /** Notes something a well-meaning peer does not do. True when this strike brought the ban. */
  strike(source: string): boolean
  isBanned(source: string): boolean
  readonly sources: number
}

interface Offender {
  strikes: number
  sinceMs: number
  bannedUntilMs: number
}

/**
 * Bans a source that earns `strikes` within `windowMs`, for `banMs`. Bans end by themselves; a ban is not prolonged by
 * what happens during it. At most `maxSources` are remembered, the quietest is forgotten first.
 */
export function sourceGuard(options: {
  strikes: number
  windowMs: number
  banMs: number
  maxSources: number
  clock: Pick<Clock, 'monotonicMs'>
}): SourceGuard {
  const { clock } = options
  const offenders = recentMap<Offender>(options.maxSources)
  return {
    get sources() {
      return offenders.size
    },
    strike(source) {
      const nowMs = clock.monotonicMs()
      const known = offenders.get(source)
      if (known !== undefined && known.bannedUntilMs > nowMs) return false
      const fresh = known === undefined || nowMs - known.sinceMs >= options.windowMs
      const offender = fresh ? { strikes: 0, sinceMs: nowMs, bannedUntilMs: 0 } : known
      if (fresh) offenders.set(source, offender)
      offender.strikes += 1
      if (offender.strikes < options.strikes) return false
      offender.strikes = 0
      offender.bannedUntilMs = nowMs + options.banMs
      return true
    },
    isBanned: (source) => (offenders.get(source)?.bannedUntilMs ?? 0) > clock.monotonicMs(),
  }
}
