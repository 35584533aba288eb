import type { Baseline } from './rules.ts'

/** A window is so many slots: a sliding sum is off by no more than one of them. */
export const slotsEach = 4

/** What one group did, slot by slot. */
export type Slots = Map<number, number>

export function slotOf(atMs: number, windowMs: number): number {
  return Math.floor(atMs / (windowMs / slotsEach))
}

/** Over the window that ends with `slot`. */
export function windowSum(slots: Slots, slot: number): number {
  let sum = 0
  for (let at = slot - slotsEach + 1; at <= slot; at++) sum += slots.get(at) ?? 0
  return sum
}

/**
 * What is usual in one window: the mean over the baseline's windows before this one, those in which nothing happened included,
 * but none from before the group was first seen. Undefined while there are fewer than two of them: then nothing is unusual yet.
 */
export function usualSum(slots: Slots, slot: number, { windows }: Baseline): number | undefined {
  const end = slot - slotsEach
  const from = end - windows * slotsEach
  let first = Number.POSITIVE_INFINITY
  let sum = 0
  for (const [at, count] of slots) {
    if (at <= from || at > end) continue
    first = Math.min(first, at)
    sum += count
  }
  const seenWindows = (end - first + 1) / slotsEach
  return seenWindows >= 2 ? sum / seenWindows : undefined
}

/** Forgets slots that no window and no baseline reach any more. */
export function pruneSlots(slots: Slots, oldest: number): void {
  for (const at of slots.keys()) if (at < oldest) slots.delete(at)
}

/** How many slots back a rule looks. */
export function slotsNeeded(baseline: Baseline | undefined): number {
  return slotsEach * ((baseline?.windows ?? 0) + 1)
}
