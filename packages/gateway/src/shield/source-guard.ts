import type { Clock } from '#kernel'
import { recentMap } from './recent-map.ts'

export interface SourceGuard {
  /** Notes something a well-meaning peer does not do. True when this strike brought the ban. */
  strike(source: string): boolean
  /** Bans at once. False when it is banned already. */
  ban(source: string): boolean
  isBanned(source: string): boolean
  readonly sources: number
}

interface Offender {
  strikes: number
  sinceMs: number
  bannedUntilMs: number
  /** Bans so far that are not forgiven. */
  bans: number
}

/**
 * Bans a source that earns `strikes` within `windowMs`, for `banMs`; each further ban lasts twice as long as the one before, up
 * to `maxBanMs`, until a source stayed away from trouble for that long. Bans end by themselves; a ban is not prolonged by
 * what happens during it. At most `maxSources` are remembered, the quietest is forgotten first.
 */
export function sourceGuard(options: {
  strikes: number
  windowMs: number
  banMs: number
  maxBanMs: number
  maxSources: number
  clock: Pick<Clock, 'monotonicMs'>
}): SourceGuard {
  const { clock, banMs, maxBanMs } = options
  const offenders = recentMap<Offender>(options.maxSources)
  /** Undefined while it is banned. */
  const atLarge = (source: string, nowMs: number): Offender | undefined => {
    const known = offenders.get(source) ?? { strikes: 0, sinceMs: nowMs, bannedUntilMs: -Infinity, bans: 0 }
    if (known.bannedUntilMs > nowMs) return undefined
    if (nowMs - known.bannedUntilMs >= maxBanMs) known.bans = 0
    if (nowMs - known.sinceMs >= options.windowMs) Object.assign(known, { strikes: 0, sinceMs: nowMs })
    offenders.set(source, known)
    return known
  }
  const banish = (offender: Offender, nowMs: number) => {
    offender.bannedUntilMs = nowMs + Math.min(maxBanMs, banMs * 2 ** offender.bans)
    offender.bans += 1
    offender.strikes = 0
  }
  return {
    get sources() {
      return offenders.size
    },
    strike(source) {
      const nowMs = clock.monotonicMs()
      const offender = atLarge(source, nowMs)
      if (offender === undefined) return false
      offender.strikes += 1
      if (offender.strikes < options.strikes) return false
      banish(offender, nowMs)
      return true
    },
    ban(source) {
      const nowMs = clock.monotonicMs()
      const offender = atLarge(source, nowMs)
      if (offender !== undefined) banish(offender, nowMs)
      return offender !== undefined
    },
    isBanned: (source) => (offenders.get(source)?.bannedUntilMs ?? -Infinity) > clock.monotonicMs(),
  }
}
