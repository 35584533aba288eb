import type { AppConfig } from '#kernel'

export type AnomalyConfig = NonNullable<AppConfig['dialing']>['anomaly']

/** How often an app calls, by the hour. */
export interface Velocity {
  /** Whether one more attempt in this hour (hours since 1970) is unusual, and what is usual. Counts nothing. */
  judge(hour: number): { readonly unusual: boolean; readonly attempts: number; readonly usual: number }
  count(hour: number, attempts?: number): void
  /** An alert was raised: the next one in this hour waits for twice the attempts, which is what it returns. */
  alerted(hour: number): number
  /** As `alerted` said, before a restart. */
  quieten(hour: number, attempts: number): void
}

const remembered = 7 * 24

/**
 * The usual hour is the mean of those hours of the last seven days in which the app called at all, so that quiet nights make
 * no morning look unusual. An app without a past is held to `minimum`.
 */
export function velocity({ factor, minimum }: Pick<AnomalyConfig, 'factor' | 'minimum'>): Velocity {
  const hours = new Map<number, number>()
  let quietUntil = { hour: -1, attempts: 0 }
  const usualBefore = (hour: number): number => {
    const past = [...hours].filter(([at]) => at < hour && at >= hour - remembered)
    return past.length === 0 ? 0 : past.reduce((sum, [, count]) => sum + count, 0) / past.length
  }
  return {
    judge(hour) {
      const attempts = (hours.get(hour) ?? 0) + 1
      const usual = usualBefore(hour)
      const quiet = quietUntil.hour === hour ? quietUntil.attempts : 0
      return { unusual: attempts > Math.max(minimum, factor * usual, quiet), attempts, usual }
    },
    count(hour, attempts = 1) {
      hours.set(hour, (hours.get(hour) ?? 0) + attempts)
      for (const at of hours.keys()) if (at < hour - remembered) hours.delete(at)
    },
    alerted(hour) {
      quietUntil = { hour, attempts: 2 * ((hours.get(hour) ?? 0) + 1) }
      return quietUntil.attempts
    },
    quieten(hour, attempts) {
      if (hour >= quietUntil.hour) quietUntil = { hour, attempts }
    },
  }
}
