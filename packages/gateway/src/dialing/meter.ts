import type { Config } from '#kernel'

export type DialLimits = NonNullable<Config['tenants'][number]['dialing']>

/** Part of a day's minutes and spend that a leg may use. */
export interface Reserve {
  readonly ms: number
  readonly micro: number
}

/** What one scope (an app, a token, a tenant) uses of its limits. */
export interface Meter {
  /** Which limit another attempt would pass now. */
  blocks(nowMs: number): 'concurrency' | 'rate' | undefined
  /** What a leg may set aside of the day so that as many others as may run at once get as much. */
  share(day: string, among: 'free' | 'all'): Reserve
  /** Counts an attempt that starts at `nowMs` (monotonic). */
  begin(nowMs: number): void
  reserve(day: string, part: Reserve): void
  /** Gives back what was set aside, and counts what was used of it. */
  settle(day: string, reserved: Reserve, used: Reserve): void
  /** One attempt less is open. */
  end(): void
  /** Forgets days before this one of which nothing is set aside. True when there is nothing left to remember. */
  prune(nowMs: number, day: string): boolean
}

interface Day {
  usedMs: number
  usedMicro: number
  reservedMs: number
  reservedMicro: number
}

export const rateWindowMs = 60_000

/** All amounts are whole: milliseconds, and millionths of the currency. What is set aside and what is used never exceed a day's limit together. */
export function meter(limits: DialLimits): Meter {
  const days = new Map<string, Day>()
  const budget: Reserve = {
    ms: Math.floor(limits.minutesPerDay * 60_000),
    micro: limits.spendPerDay === undefined ? Infinity : Math.floor(limits.spendPerDay * 1_000_000),
  }
  let attempts: number[] = []
  let open = 0
  const dayOf = (day: string): Day => {
    const known = days.get(day)
    if (known !== undefined) return known
    const fresh = { usedMs: 0, usedMicro: 0, reservedMs: 0, reservedMicro: 0 }
    days.set(day, fresh)
    return fresh
  }
  const forget = (nowMs: number) => {
    const firstKept = attempts.findIndex((atMs) => nowMs - atMs < rateWindowMs)
    if (firstKept !== 0) attempts = firstKept === -1 ? [] : attempts.slice(firstKept)
  }
  return {
    blocks(nowMs) {
      forget(nowMs)
      if (open >= limits.concurrent) return 'concurrency'
      return attempts.length >= limits.perMinute ? 'rate' : undefined
    },
    share(name, among) {
      const day = days.get(name)
      const slots = Math.max(1, limits.concurrent - (among === 'free' ? open : 0))
      const leftMs = budget.ms - (day?.usedMs ?? 0) - (day?.reservedMs ?? 0)
      const leftMicro = budget.micro - (day?.usedMicro ?? 0) - (day?.reservedMicro ?? 0)
      return {
        ms: Math.max(0, Math.floor(leftMs / slots)),
        micro: leftMicro === Infinity ? Infinity : Math.max(0, Math.floor(leftMicro / slots)),
      }
    },
    begin(nowMs) {
      attempts.push(nowMs)
      open += 1
    },
    reserve(name, { ms, micro }) {
      const day = dayOf(name)
      day.reservedMs += ms
      day.reservedMicro += micro
    },
    settle(name, reserved, used) {
      const day = dayOf(name)
      day.reservedMs -= reserved.ms
      day.reservedMicro -= reserved.micro
      day.usedMs += used.ms
      day.usedMicro += used.micro
    },
    end() {
      open -= 1
    },
    prune(nowMs, today) {
      forget(nowMs)
      for (const [name, day] of days) if (name < today && day.reservedMs === 0) days.delete(name)
      return open === 0 && attempts.length === 0 && days.size === 0
    },
  }
}
