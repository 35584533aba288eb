import { sql } from 'kysely'
import type { TenantId, TenantKeyId } from '#kernel'
import { DbError } from './error.ts'
import type { Database } from './open-database.ts'
import type { DataKeyRow, ShreddedKeyRow, TenantKeyRow } from './schema-keys.ts'

/** Wrapped keys and the proofs of those that were destroyed; none can be opened here. Rejects with `DbError`; a resolved write is on disk. */
export function tenantKeyStore(db: Pick<Database, 'kysely' | 'asTenant'>) {
  const { kysely } = db
  return {
    async keysOf(tenant: TenantId): Promise<TenantKeyRow[]> {
      const rows = await db
        .asTenant(tenant)
        .selectFrom('tenant_keys')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('purpose')
        .orderBy('version')
        .execute()
      return rows.map(fromText)
    },
    async addKeys(rows: readonly TenantKeyRow[]): Promise<void> {
      if (rows.length === 0) return
      await kysely
        .insertInto('tenant_keys')
        .values(rows.map(toText))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    replaceKey: (old: TenantKeyId, fresh: TenantKeyRow): Promise<boolean> =>
      kysely.transaction().execute(async (transaction) => {
        const retired = await transaction
          .updateTable('tenant_keys')
          .set({ state: 'retired', rotated_at: fresh.created_at })
          .where('id', '=', old)
          .where('state', '=', 'active')
          .executeTakeFirst()
        if (retired.numUpdatedRows === 0n) return false
        await transaction.insertInto('tenant_keys').values(toText(fresh)).execute()
        return true
      }),
    async rewrapKey(
      id: TenantKeyId,
      fromRef: string,
      to: Pick<TenantKeyRow, 'provider' | 'key' | 'key_ref' | 'wrapped'>,
    ): Promise<boolean> {
      const result = await kysely
        .updateTable('tenant_keys')
        .set(toText(to))
        .where('id', '=', id)
        .where('key_ref', '=', fromRef)
        .where('state', '<>', 'destroyed')
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
    async destroyKeys(ids: readonly TenantKeyId[], at: Date): Promise<TenantKeyRow[]> {
      if (ids.length === 0) return []
      const rows = await kysely
        .updateTable('tenant_keys')
        .set({ state: 'destroyed', destroyed_at: at, wrapped_sha256: hashOfWrapped, wrapped: '' })
        .where('id', 'in', [...ids])
        .where('state', '<>', 'destroyed')
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('data_keys').select('object').whereRef('tenant_key', '=', 'tenant_keys.id'))),
        )
        .returningAll()
        .execute()
      return rows.map(fromText)
    },
    async addDataKey(row: DataKeyRow): Promise<void> {
      const { object, tenant, purpose, tenant_key, wrapped, created_at } = toText(row)
      const { numAffectedRows } = await sql`
        insert into data_keys (object, tenant, purpose, tenant_key, wrapped, created_at)
        select ${object}, ${tenant}, ${purpose}, id, ${wrapped}, ${created_at} from tenant_keys
        where id = ${tenant_key} and tenant = ${tenant} and state <> 'destroyed'`.execute(kysely)
      if (numAffectedRows !== 1n) throw new DbError('DB_FAILED', 'the tenant key of a data key is gone')
    },
    async dataKey(tenant: TenantId, object: string): Promise<DataKeyRow | undefined> {
      const row = await db
        .asTenant(tenant)
        .selectFrom('data_keys')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('object', '=', object)
        .executeTakeFirst()
      return row && fromText(row)
    },
    async uses(tenant: TenantId): Promise<{ tenant_key: TenantKeyId; objects: number }[]> {
      const rows = await kysely
        .selectFrom('data_keys')
        .select(['tenant_key', (eb) => eb.fn.countAll().as('objects')])
        .where('tenant', '=', tenant)
        .groupBy('tenant_key')
        .execute()
      return rows.map(({ tenant_key, objects }) => ({ tenant_key, objects: Number(objects) }))
    },
    async dataKeysUnder(
      tenant: TenantId,
      key: TenantKeyId,
      after: string,
      limit: number,
    ): Promise<DataKeyRow[]> {
      const rows = await kysely
        .selectFrom('data_keys')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('tenant_key', '=', key)
        .where('object', '>', after)
        .orderBy('object')
        .limit(limit)
        .execute()
      return rows.map(fromText)
    },
    /** All of them in one statement; what changed in between stays as it is. */
    async rewrapDataKeys(
      changes: readonly {
        readonly object: string
        readonly from: TenantKeyId
        readonly to: TenantKeyId
        readonly wrapped: Uint8Array
      }[],
    ): Promise<void> {
      const json = JSON.stringify(changes.map(toText))
      await sql`
        update data_keys set tenant_key = change."to", wrapped = change.wrapped
        from json_to_recordset(${json}::text::json)
          as change (object text, "from" text, "to" text, wrapped text)
        where data_keys.object = change.object and data_keys.tenant_key = change."from"`.execute(kysely)
    },
    /** The proof is written in the statement that deletes: there is never one without the other. */
    async shred(tenant: TenantId, object: string, at: Date): Promise<ShreddedKeyRow | undefined> {
      await sql`
        with gone as (delete from data_keys where tenant = ${tenant} and object = ${object} returning *)
        insert into shredded_keys (object, tenant, purpose, wrapped_sha256, at)
        select object, tenant, purpose, ${hashOfWrapped}, ${at} from gone
        on conflict do nothing`.execute(db.asTenant(tenant))
      return db
        .asTenant(tenant)
        .selectFrom('shredded_keys')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('object', '=', object)
        .executeTakeFirst()
    },
    async shredTenant(tenant: TenantId, at: Date): Promise<number> {
      const { rows } = await sql<{ shredded: unknown }>`
        with gone as (delete from data_keys where tenant = ${tenant} returning *),
        kept as (
          insert into shredded_keys (object, tenant, purpose, wrapped_sha256, at)
          select object, tenant, purpose, ${hashOfWrapped}, ${at} from gone on conflict do nothing)
        select count(*) as shredded from gone`.execute(kysely)
      return Number(rows[0]?.shredded ?? 0)
    },
  }
}
export type TenantKeyStore = ReturnType<typeof tenantKeyStore>

const hashOfWrapped = sql<string>`encode(sha256(decode(wrapped, 'base64')), 'hex')`

function toText<Row extends { readonly wrapped: Uint8Array }>(
  row: Row,
): Omit<Row, 'wrapped'> & { wrapped: string } {
  return { ...row, wrapped: Buffer.from(row.wrapped).toString('base64') }
}

function fromText<Row extends { readonly wrapped: string }>(
  row: Row,
): Omit<Row, 'wrapped'> & { wrapped: Uint8Array } {
  const wrapped = Buffer.from(row.wrapped, 'base64')
  // Only what we write: another spelling of the same bytes was changed too, and nothing at all opens nowhere.
  const isOurs = wrapped.toString('base64') === row.wrapped
  return { ...row, wrapped: isOurs ? new Uint8Array(wrapped) : new Uint8Array() }
}
