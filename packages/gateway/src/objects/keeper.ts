import type { Clock, Log, TenantId } from '#kernel'
import { byId } from './by-id.ts'
import type { ObjectKind } from './contract.ts'
import { ObjectError, type ObjectErrorCode } from './error.ts'
import { keyOf, type Stores } from './places.ts'
import type { ListedRow, ObjectList } from './rows.ts'
import type { Spool } from './spool.ts'

/** What happens to objects, for the audit log, the log and the metrics. */
export type ObjectEvent = {
  readonly id: string
  readonly tenant: TenantId
  readonly call: ListedRow['call_id']
} & (
  | { readonly kind: 'stored'; readonly store: string; readonly bytes: number; readonly lagMs: number }
  /** Its bytes are not those that were listed, or are not there at all. */
  | { readonly kind: 'tampered'; readonly code: 'OBJECT_CORRUPT' | 'OBJECT_NOT_FOUND' | 'OBJECT_EXISTS' }
  | { readonly kind: 'deleted' }
  /** Its key is destroyed, but its bytes must stay. */
  | { readonly kind: 'kept'; readonly code: ObjectErrorCode; readonly until: Date | undefined }
)

export interface ObjectDeps {
  readonly rows: ObjectList
  readonly spool: Spool
  readonly stores: Stores
  /** This node’s name where several share the database; undefined where all rows are this node’s. */
  readonly node: string | undefined
  /** Destroys the object's data key; resolves once that is durable. Again: nothing. */
  readonly shred: (tenant: TenantId, id: string) => Promise<unknown>
  readonly clock: Clock
  readonly log: Log
  readonly onEvent: (event: ObjectEvent) => void
}

/** How a deletion stands. `deleting`: the key is destroyed, so nobody can open it; its bytes go as soon as `reason` allows. */
export type Deletion =
  | { readonly state: 'deleted' }
  | {
      readonly state: 'deleting'
      readonly reason: ObjectErrorCode | 'OBJECT_ELSEWHERE'
      readonly until?: Date | undefined
    }

export interface Keeper {
  /** Moves what is spooled to its store. Rejects with `ObjectError` when the store cannot take it now; the row then stays as it is. */
  move(id: string, signal?: AbortSignal): Promise<'moved' | 'gone' | 'tampered'>
  /**
   * Destroys the object's key, then the object, all versions. Rejects only when the key cannot be destroyed or that cannot be written
   * down; what keeps the bytes is in the result, and is tried again by the mover. Unknown and deleted objects are `deleted`.
   */
  deleteObject(id: string): Promise<Deletion>
}

/** Moves and deletes objects, one thing at a time for each. */
export function objectKeeper(deps: ObjectDeps): Keeper {
  const inTurn = byId()
  return {
    move: (id, signal) => inTurn(id, () => move(deps, id, signal)),
    deleteObject: (id) => inTurn(id, () => remove(deps, id)),
  }
}

/**
 * Every step can be the last before a crash: put again is nothing new to the store; a row that says `stored` lets the file go; a file whose
 * row says so is removed at the next start.
 */
async function move(
  deps: ObjectDeps,
  id: string,
  signal: AbortSignal | undefined,
): Promise<'moved' | 'gone' | 'tampered'> {
  const { rows, spool, stores, clock } = deps
  const row = await rows.find(id)
  if (row?.state !== 'spooled') return 'gone'
  const store = stores.placeOf(row.kind as ObjectKind, row.tenant)
  const { bytes, sha256 } = row
  const put = store.put(keyOf(row), spool.pathOf(id), { bytes, sha256 }, signal)
  const stored = await put.catch((error: unknown) => tamperedBy(deps, row, error))
  if (stored === undefined) return 'tampered'
  const where = {
    store: store.id,
    key: stored.key,
    version_id: stored.versionId ?? null,
    lock_mode: stored.lock?.mode ?? null,
    lock_until: stored.lock?.until ?? null,
  }
  const now = clock.now()
  const isMine = await rows.stored(id, where, new Date(now))
  if (!isMine) return 'gone'
  await spool.remove(id)
  const { tenant, call_id: call } = row
  const lagMs = now - row.created_at.getTime()
  deps.onEvent({ kind: 'stored', id, tenant, call, store: store.id, bytes, lagMs })
  return 'moved'
}

/** Notes what the disk or the store did to the object; anything else is thrown on. */
async function tamperedBy(deps: ObjectDeps, row: ListedRow, error: unknown): Promise<undefined> {
  if (!(error instanceof ObjectError)) throw error
  const { code } = error
  if (code !== 'OBJECT_CORRUPT' && code !== 'OBJECT_NOT_FOUND' && code !== 'OBJECT_EXISTS') throw error
  const state = code === 'OBJECT_NOT_FOUND' ? 'missing' : 'corrupt'
  await deps.rows.checked(row.id, state, new Date(deps.clock.now()), code)
  deps.onEvent({ kind: 'tampered', id: row.id, tenant: row.tenant, call: row.call_id, code })
  return undefined
}

async function remove(deps: ObjectDeps, id: string): Promise<Deletion> {
  const { rows, spool, stores } = deps
  const row = await rows.find(id)
  if (row === undefined || row.state === 'deleted') return { state: 'deleted' }
  await rows.beginDeleting(id)
  await deps.shred(row.tenant, id)
  const isElsewhere = row.store === null && deps.node !== undefined && row.node !== deps.node
  if (isElsewhere) return { state: 'deleting', reason: 'OBJECT_ELSEWHERE' } // that node's mover finds it
  try {
    await spool.remove(id)
    const key = row.key ?? keyOf(row)
    // Of one that waits in the spool, a put whose answer was lost may have left something in the store.
    const store =
      row.store === null ? stores.placeOf(row.kind as ObjectKind, row.tenant) : stores.get(row.store)
    await store.delete({ store: store.id, key })
  } catch (error) {
    return stillThere(deps, row, error)
  }
  await rows.deleted(id, new Date(deps.clock.now()))
  deps.onEvent({ kind: 'deleted', id, tenant: row.tenant, call: row.call_id })
  return { state: 'deleted' }
}

async function stillThere(deps: ObjectDeps, row: ListedRow, error: unknown): Promise<Deletion> {
  const reason = error instanceof ObjectError ? error.code : 'OBJECT_UNAVAILABLE'
  const until = error instanceof ObjectError ? error.until : undefined
  if (row.state === 'deleting' && row.reason === reason) return { state: 'deleting', reason, until } // told already
  deps.log.warn('an object’s key is destroyed, but its bytes cannot go yet', {
    objectId: row.id,
    code: reason,
    until: until?.toISOString(),
    error,
  })
  await deps.rows.stillThere(row.id, reason, until ?? null)
  deps.onEvent({ kind: 'kept', id: row.id, tenant: row.tenant, call: row.call_id, code: reason, until })
  return { state: 'deleting', reason, until }
}
