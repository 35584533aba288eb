import type { Clock } from '#kernel'
import type { Meter, Reserve } from './meter.ts'

/** Below this a leg is not worth placing, and not worth prolonging. */
export const leastMs = 1_000

export interface LeaseTerms {
  readonly meters: readonly Meter[]
  /** Its minutes count on this day (UTC), however long it lasts. */
  readonly day: string
  readonly rateMicro: number
  readonly maxCallMs: number
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** A part of the day's minutes and spend, held for one leg. */
export interface Hold {
  readonly maxDurationMs: number
  answered(): void
  /** Gives back what is left and counts what was used; undefined when it was settled before. */
  settle(): { readonly usedMs: number; readonly spentMicro: number } | undefined
}

/** Sets a fair part of what is left aside for a leg, or says which limit leaves too little. Counts the attempt when it does. */
export function holdPart(terms: LeaseTerms): Hold | 'minutes' | 'spend' {
  const { meters, day, clock, rateMicro } = terms
  const first = partOf(terms, 'free', terms.maxCallMs)
  if (typeof first === 'string') return first
  let held = first
  for (const meter of meters) {
    meter.begin(clock.monotonicMs())
    meter.reserve(day, first)
  }
  let answeredAtMs: number | undefined
  let isSettled = false
  const usedMs = () => (answeredAtMs === undefined ? 0 : Math.ceil(clock.monotonicMs() - answeredAtMs))
  const grow = () => {
    const more = partOf(terms, 'all', terms.maxCallMs - held.ms)
    if (typeof more === 'string') return
    held = { ms: held.ms + more.ms, micro: held.micro + more.micro }
    for (const meter of meters) meter.reserve(day, more)
  }
  return {
    get maxDurationMs() {
      if (!isSettled && answeredAtMs !== undefined && usedMs() > held.ms - leastMs) grow()
      return held.ms
    },
    answered() {
      answeredAtMs ??= clock.monotonicMs()
    },
    settle() {
      if (isSettled) return undefined
      isSettled = true
      const used = { ms: usedMs(), micro: costOf(usedMs(), rateMicro) }
      for (const meter of meters) {
        meter.settle(day, held, used)
        meter.end()
      }
      return { usedMs: used.ms, spentMicro: used.micro }
    },
  }
}

/** What every meter can spare; its price is rounded up, so that it covers whatever is used of it. */
function partOf(terms: LeaseTerms, among: 'free' | 'all', atMostMs: number): Reserve | 'minutes' | 'spend' {
  const shares = terms.meters.map((meter) => meter.share(terms.day, among))
  const byMinutes = Math.min(atMostMs, ...shares.map(({ ms }) => ms))
  const micro = Math.min(...shares.map((share) => share.micro))
  const bySpend = terms.rateMicro === 0 ? Infinity : Math.floor((micro * 60_000) / terms.rateMicro)
  if (byMinutes < leastMs) return 'minutes'
  if (bySpend < leastMs) return 'spend'
  const ms = Math.min(byMinutes, bySpend)
  return { ms, micro: costOf(ms, terms.rateMicro) }
}

export function costOf(ms: number, rateMicro: number): number {
  return Math.ceil((ms * rateMicro) / 60_000)
}
