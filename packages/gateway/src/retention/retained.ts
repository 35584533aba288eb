import type { Policy } from '#kernel'
import { callParts, dueTimes, type CallPart } from './policy.ts'

/** When each part of a call is due, as its row keeps it: a time (ISO 8601), null for never, `gone` when it was deleted. */
export type Retained = Readonly<Record<CallPart, string | null>>

export const gone = 'gone'

/** What a policy says of a call's parts. What is gone stays so. */
export function retained(policy: Policy, startedAt: Date, before?: Partial<Retained> | null): Retained {
  const due = dueTimes(policy, startedAt)
  const entries = callParts.map((part) => [
    part,
    before?.[part] === gone ? gone : (due[part]?.toISOString() ?? null),
  ])
  return Object.fromEntries(entries) as Record<CallPart, string | null>
}

/** The earliest time at which something of it is due; null: never. */
export function nextDue(parts: Retained): Date | null {
  const times = callParts.flatMap((part) => {
    const at = parts[part]
    return at === null || at === gone ? [] : [Date.parse(at)]
  })
  return times.length === 0 ? null : new Date(Math.min(...times))
}

/** The parts that are due by then. Whoever loses the row loses all of it. */
export function dueParts(parts: Retained, at: Date): readonly CallPart[] {
  const isDue = (part: CallPart) => {
    const due = parts[part]
    return due !== null && due !== gone && Date.parse(due) <= at.getTime()
  }
  if (isDue('calls')) return callParts.filter((part) => parts[part] !== gone)
  return callParts.filter(isDue)
}
