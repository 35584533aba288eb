import { sql, type Transaction } from 'kysely'
import type { StoredWhere } from './object-store.ts'
import type { Schema } from './schema.ts'

/** Where an object was put back. */
export type RestoredObject = StoredWhere & { readonly id: string }

/** A data key that was destroyed after a backup was made: a row of `shredded_keys`, as JSON has it. */
export interface Erasure {
  readonly object: string
  readonly tenant: string
  readonly purpose: string
  readonly wrapped_sha256: string
  readonly at: string
}

const atATime = 500

/** Says of restored rows what is true now: where the objects are, which there are not, and that the backup was made to its end. */
export async function settleRestored(
  transaction: Transaction<Schema>,
  o: {
    readonly restored: readonly RestoredObject[]
    readonly lacking: readonly string[]
    readonly backup: string
    readonly manifestSha256: string
    readonly at: Date
  },
): Promise<void> {
  for (const group of groupsOf(o.restored))
    await sql`update objects set state = 'stored', store = r.store, key = r.key, version_id = r.version_id,
        lock_mode = r.lock_mode, lock_until = r.lock_until, stored_at = coalesce(stored_at, ${o.at}), reason = null
      from json_to_recordset(${JSON.stringify(group)}::text::json)
        as r (id text, store text, key text, version_id text, lock_mode text, lock_until timestamptz)
      where objects.id = r.id`.execute(transaction)
  for (const group of groupsOf(o.lacking))
    await transaction
      .updateTable('objects')
      .set({ state: 'missing', reason: 'BACKUP_LACKS' })
      .where('id', 'in', [...group])
      .execute()
  await transaction
    .updateTable('backups')
    .set({ state: 'complete', manifest_sha256: o.manifestSha256, ended_at: o.at })
    .where('id', '=', o.backup)
    .execute()
}

/** Destroys again what was destroyed after the backup: data keys with what they sealed, and tenants' keys. */
export async function applyErasures(
  transaction: Transaction<Schema>,
  o: {
    readonly erased: readonly Erasure[]
    /** Rows of `tenant_keys` with the state `destroyed`, as JSON texts. */
    readonly destroyedKeys: readonly string[]
    readonly at: Date
  },
): Promise<void> {
  for (const group of groupsOf(o.erased)) {
    const ids = group.map(({ object }) => object)
    await transaction.deleteFrom('data_keys').where('object', 'in', ids).execute()
    await transaction
      .deleteFrom('token_vault.tokens')
      .where(sql<string>`id`, 'in', ids)
      .execute()
    await sql`insert into shredded_keys select * from json_populate_recordset(null::shredded_keys,
      ${JSON.stringify(group)}::text::json) on conflict do nothing`.execute(transaction)
    await transaction
      .updateTable('objects')
      .set({ state: 'deleted', reason: null, deleted_at: o.at })
      .where('id', 'in', ids)
      .where('state', '<>', 'deleted')
      .execute()
    await transaction
      .updateTable('recordings')
      .set({ state: 'deleted' })
      .where(sql<string>`id`, 'in', ids)
      .execute()
    await transaction
      .updateTable('transcripts')
      .set({ state: 'deleted' })
      .where(sql<string>`id`, 'in', ids)
      .execute()
  }
  for (const group of groupsOf(o.destroyedKeys))
    await sql`update tenant_keys set state = 'destroyed', wrapped = '', destroyed_at = r.destroyed_at,
        wrapped_sha256 = r.wrapped_sha256
      from json_populate_recordset(null::tenant_keys, ${`[${group.join(',')}]`}::text::json) r
      where tenant_keys.id = r.id and tenant_keys.state <> 'destroyed'`.execute(transaction)
}

function* groupsOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += atATime) yield all.slice(at, at + atATime)
}
