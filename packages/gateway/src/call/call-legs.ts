import type { LegId } from '#kernel'
import type { CallLeg } from './call-leg.ts'

/** The legs of one call. */
export interface CallLegs {
  add(leg: CallLeg): void
  /** It is over; its names are remembered. */
  release(leg: CallLeg): void
  /** The leg whose dialog has this name. */
  find(name: LegId): CallLeg | undefined
  /** Of all the call had, in order, as far as its ladder goes. */
  readonly names: readonly LegId[]
  /** Ends all that are left. */
  closeAll(): Promise<void>
}

/** A call that dials all day has a ladder of its first hundred dialogs. */
const maxNames = 100

export function callLegs(): CallLegs {
  const legs = new Set<CallLeg>()
  const over: LegId[] = []
  const release = (leg: CallLeg) => {
    if (!legs.delete(leg)) return
    over.push(...leg.names.slice(0, maxNames - over.length))
  }
  return {
    add: (leg) => void legs.add(leg),
    release,
    find: (name) => [...legs].find((leg) => leg.names.at(-1) === name),
    get names() {
      // The ids sort by age.
      return [...over, ...[...legs].flatMap((leg) => leg.names)].toSorted().slice(0, maxNames)
    },
    async closeAll() {
      await Promise.all([...legs].map((leg) => leg.close()))
    },
  }
}
