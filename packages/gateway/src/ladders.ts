import type { LadderEntry } from '#edge/sip'
import type { LegId } from '#kernel'

/** The SIP ladders of the calls that go on, already sanitised by the edge; each is taken once, with its call's end. */
export interface Ladders {
  /** Begins a ladder with the call's INVITE; what comes after the ladder was taken (the answer to a BYE) is dropped. */
  add(leg: LegId, entry: LadderEntry): void
  /** What `take` would give, and nothing is taken. */
  look(legs: readonly LegId[]): readonly (LadderEntry & { readonly leg?: number })[]
  /** Of several legs one after the other; each entry then says which leg's it is, counted from 1. */
  take(legs: readonly LegId[]): readonly (LadderEntry & { readonly leg?: number })[]
}

const maxEntries = 200 // a call with session refreshes every minute fills this in three hours; then the middle is missing
const keptAtStart = 50
const maxLegs = 20_000

export function ladders(): Ladders {
  const byLeg = new Map<LegId, LadderEntry[]>()
  const look: Ladders['look'] = (legs) => {
    const found = legs.map((leg) => byLeg.get(leg) ?? [])
    if (found.length === 1) return found[0] ?? []
    return found.flatMap((entries, index) => entries.map((entry) => ({ ...entry, leg: index + 1 })))
  }
  return {
    add(leg, entry) {
      let entries = byLeg.get(leg)
      if (entries === undefined) {
        if (entry.what !== 'INVITE') return
        if (byLeg.size >= maxLegs) byLeg.delete(byLeg.keys().next().value as LegId)
        byLeg.set(leg, (entries = []))
      }
      if (entries.length >= maxEntries) entries.splice(keptAtStart, 1)
      entries.push(entry)
    },
    look,
    take(legs) {
      const found = look(legs)
      for (const leg of legs) byLeg.delete(leg)
      return found
    },
  }
}
