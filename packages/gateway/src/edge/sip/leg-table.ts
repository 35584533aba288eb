import { dialogId } from '@voxkeep/wire/dialog'
import type { SipMessage } from '@voxkeep/wire/sip'
import type { LegId } from '#kernel'
import type { Count, SipConnection } from './connection.ts'
import type { DialogLeg } from './dialog-leg.ts'
import type { Trunk } from './trunk.ts'

/** Every dialog that is open, whoever made it. Bounded by who adds: each adds no more legs than its limits allow. */
export interface LegTable extends Iterable<DialogLeg> {
  add(leg: DialogLeg): void
  /** Harmless when it is not there. */
  remove(leg: DialogLeg): void
  /** The leg whose dialog a message belongs to. `side` as in `dialogId`. */
  of(message: SipMessage, side: 'uas' | 'uac'): DialogLeg | undefined
  /** By `dialogKey`. */
  get(key: string): DialogLeg | undefined
  /** The leg of this name whose dialog is confirmed; else one that is early. */
  named(id: LegId): DialogLeg | undefined
  /** How many calls there are that came from a trunk. */
  incomingOf(trunk: Trunk): number
  uses(connection: SipConnection): boolean
  readonly size: number
}

export function legTable(count: Count): LegTable {
  const legs = new Map<string, DialogLeg>()
  // Kept, not counted when asked: an INVITE flood asks often.
  const incoming = new Map<Trunk, number>()
  function countIncoming({ trunk, ownsCallId }: DialogLeg, change: number): void {
    if (!ownsCallId) incoming.set(trunk, (incoming.get(trunk) ?? 0) + change)
  }
  return {
    add(leg) {
      legs.set(leg.key, leg)
      countIncoming(leg, 1)
      count('legs_opened')
    },
    remove(leg) {
      if (legs.get(leg.key) !== leg) return
      legs.delete(leg.key)
      countIncoming(leg, -1)
      count('legs_retired')
    },
    of: (message, side) => legs.get(dialogId(message, side)),
    get: (key) => legs.get(key),
    named(id) {
      const found = [...legs.values()].filter((leg) => leg.id === id)
      return found.find((leg) => leg.state === 'confirmed') ?? found[0]
    },
    incomingOf: (trunk) => incoming.get(trunk) ?? 0,
    uses(connection) {
      for (const leg of legs.values()) if (leg.connection === connection) return true
      return false
    },
    get size() {
      return legs.size
    },
    [Symbol.iterator]: () => legs.values(),
  }
}
