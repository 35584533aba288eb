/** How long something is kept, in the spelling of the configuration: `12h`, `30d`, `2w`, `7y`, `forever`. */
export type Period =
  | { readonly kind: 'forever' }
  | { readonly kind: 'for'; readonly count: number; readonly unit: 'h' | 'd' | 'w' | 'y' }

const unitMs = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const

/** Undefined when the text is no period. Never throws. */
export function parsePeriod(text: string): Period | undefined {
  if (text === 'forever') return { kind: 'forever' }
  const [, count, unit] = /^([1-9][0-9]{0,4})([hdwy])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  return { kind: 'for', count: Number(count), unit: unit as 'h' | 'd' | 'w' | 'y' }
}

export function serializePeriod(period: Period): string {
  return period.kind === 'forever' ? 'forever' : `${period.count}${period.unit}`
}

/** When a period that begins at `start` is over; null: never. A year is one of the calendar, in UTC; 29 February ends on 1 March. */
export function endOf(period: Period, start: Date): Date | null {
  if (period.kind === 'forever') return null
  if (period.unit !== 'y') return new Date(start.getTime() + period.count * unitMs[period.unit])
  const end = new Date(start)
  end.setUTCFullYear(end.getUTCFullYear() + period.count)
  return end
}

/** Which is longer, as `sort` wants it; compared from one fixed day, so that a year of 365 days and `365d` are equal. */
export function comparePeriods(a: Period, b: Period): number {
  const from = new Date(0)
  const end = (period: Period) => endOf(period, from)?.getTime() ?? Number.MAX_SAFE_INTEGER
  return end(a) - end(b)
}
