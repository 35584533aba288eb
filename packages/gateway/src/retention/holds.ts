import type { Hold, HoldStore } from '#db'
import { createId, type CallId, type Clock, type HoldId, type Log, type Random, type TenantId } from '#kernel'
import type { AuditAct } from './contract.ts'
import type { SubjectIndex } from './subject-index.ts'

export interface NewHold {
  readonly call?: CallId | undefined
  /** A number or SIP address; kept as a keyed hash only. */
  readonly number?: string | undefined
  readonly label?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly reason: string
  readonly until?: Date | undefined
}

export interface HoldsDeps {
  readonly store: HoldStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly audit: AuditAct
  readonly index: SubjectIndex
  /** Tells an object's store, where that has holds of its own. Rejects when it cannot be told now. */
  readonly holdObject: (
    object: { readonly id: string; readonly tenant: TenantId },
    on: boolean,
  ) => Promise<void>
}

/** Legal holds: nothing that one is on is deleted, by policy, by command or for a data subject. */
export interface Holds {
  /** Resolves once it is in force: from then on no deletion begins. The entry in the audit log comes first. */
  place(tenant: TenantId, hold: NewHold, actor: string): Promise<Hold>
  release(tenant: TenantId, id: HoldId, reason: string, actor: string): Promise<Hold | 'unknown' | 'released'>
  get: HoldStore['get']
  list: HoldStore['list']
  /** A tenant's holds that stand now, some of them where there are many. */
  inForce(tenant: TenantId): Promise<readonly HoldId[]>
  /** The holds that stand against deleting a call. */
  onCall(call: CallId): Promise<readonly HoldId[]>
  /** Tells stores that have holds of their own; how many objects changed. */
  sync(signal: AbortSignal): Promise<number>
}

const batch = 200

export function openHolds(deps: HoldsDeps): Holds {
  const { store, clock, audit } = deps
  const now = () => new Date(clock.now())
  return {
    get: store.get,
    list: store.list,
    inForce: (tenant) => store.inForce(tenant, now()),
    onCall: (call) => store.onCall(call, now()),
    async place(tenant, hold, actor) {
      const at = now()
      const id = createId('hold', at.getTime(), deps.random)
      const row = {
        id,
        tenant,
        call_id: hold.call ?? null,
        subject_index: hold.number === undefined ? null : deps.index(tenant, hold.number),
        label: hold.label ?? null,
        from_at: hold.from ?? null,
        to_at: hold.to ?? null,
        placed_by: actor,
        placed_at: at,
        until: hold.until ?? null,
      }
      await audit({ type: 'hold.placing', tenant, actor, fields: { hold: id, ...namedBy(hold) } })
      await store.insert({ ...row, reason: hold.reason })
      const placed = await store.get(tenant, id)
      if (placed === undefined) throw new TypeError('a hold that was kept is there')
      return placed
    },
    async release(tenant, id, reason, actor) {
      const hold = await store.get(tenant, id)
      if (hold === undefined) return 'unknown'
      if (hold.released_at !== null) return 'released'
      await audit({ type: 'hold.releasing', tenant, actor, fields: { hold: id } })
      if (!(await store.release(tenant, id, { by: actor, at: now(), reason }))) return 'released'
      return (await store.get(tenant, id)) ?? 'unknown'
    },
    sync: (signal) => syncStores(deps, signal),
  }
}

/** Never whose number. */
function namedBy(hold: NewHold) {
  return {
    callId: hold.call ?? null,
    byNumber: hold.number !== undefined,
    label: hold.label ?? null,
    from: hold.from?.toISOString() ?? null,
    to: hold.to?.toISOString() ?? null,
    until: hold.until?.toISOString() ?? null,
  }
}

async function syncStores(
  { store, clock, log, holdObject }: HoldsDeps,
  signal: AbortSignal,
): Promise<number> {
  let changed = 0
  let after = ''
  for (;;) {
    signal.throwIfAborted()
    const found = await store.outOfStep(new Date(clock.now()), after, batch)
    for (const { id, tenant, on } of found) {
      try {
        await holdObject({ id, tenant }, on)
        await store.noted(id, on)
        changed++
      } catch (error) {
        // The hold is in force all the same: here nothing deletes it. The next round tells the store.
        log.warn('a store could not be told of a hold', { objectId: id, on, error })
      }
    }
    after = found.at(-1)?.id ?? ''
    if (found.length < batch) return changed
  }
}
