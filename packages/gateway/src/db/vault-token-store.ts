import { sql, type Transaction } from 'kysely'
import type { CallId, TenantId, VaultTokenId } from '#kernel'
import { DbError } from './error.ts'
import { holdsOf } from './held.ts'
import type { Database } from './open-database.ts'
import type { KeyRowPurpose } from './schema-keys.ts'
import type { VaultTokenRow } from './schema-tokens.ts'
import type { Schema } from './schema.ts'

/** A token's data key, as it is kept with it. */
export interface VaultTokenKey {
  /** The tenant key that wrapped it. */
  readonly tenantKey: string
  readonly wrapped: Uint8Array
}

export interface UseLimits {
  /** In any hour. */
  readonly perToken: number
  readonly perActor: number
  readonly perTenant: number
}

/** A token of a person's calls, as an archive shows it. */
export type CallTokenRow = VaultTokenRow & { readonly call_id: CallId }

const purpose: KeyRowPurpose = 'tokens'
const hourMs = 3_600_000

/** Values under tokens; none can be opened here. Every promise rejects with `DbError`; a resolved write is on disk. */
export function vaultTokenStore(db: Pick<Database, 'kysely' | 'asTenant'>) {
  const one = async (tenant: TenantId, where: ReturnType<typeof sql>): Promise<VaultTokenRow | undefined> => {
    const { rows } =
      await sql<VaultTokenRow>`select * from token_vault.tokens where tenant = ${tenant} and ${where}`.execute(
        db.asTenant(tenant),
      )
    return rows[0]
  }
  return {
    get: (tenant: TenantId, token: string) => one(tenant, sql`token = ${token}`),
    byFingerprint: (tenant: TenantId, kind: string, fingerprint: string) =>
      one(tenant, sql`kind = ${kind} and fingerprint = ${fingerprint}`),
    /** With its data key, both or neither; false when token or value is taken. */
    insert: (row: VaultTokenRow, key: VaultTokenKey, call: CallId | undefined): Promise<boolean> =>
      db
        .asTenant(row.tenant)
        .transaction()
        .execute(async (transaction) => {
          const added = await transaction
            .insertInto('token_vault.tokens')
            .values({ ...row, purposes: JSON.stringify(row.purposes) })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst()
          if (added.numInsertedOrUpdatedRows !== 1n) return false
          await addKey(transaction, row, key)
          if (call !== undefined) await link(transaction, row, call)
          return true
        }),
    /** Widens a token that is there: its purposes, its time, its calls. False when it is gone. */
    extend: (
      { tenant, id }: Pick<VaultTokenRow, 'tenant' | 'id'>,
      to: Pick<VaultTokenRow, 'purposes' | 'expires_at' | 'standalone'>,
      call: CallId | undefined,
    ): Promise<boolean> =>
      db
        .asTenant(tenant)
        .transaction()
        .execute(async (transaction) => {
          const changed = await transaction
            .updateTable('token_vault.tokens')
            .set({ ...to, purposes: JSON.stringify(to.purposes) })
            .where('tenant', '=', tenant)
            .where('id', '=', id)
            .executeTakeFirst()
          if (changed.numUpdatedRows === 0n) return false
          if (call !== undefined) await link(transaction, { tenant, id }, call)
          return true
        }),
    callsOf: async (tenant: TenantId, id: VaultTokenId): Promise<readonly CallId[]> => {
      const rows = await db
        .asTenant(tenant)
        .selectFrom('token_vault.calls')
        .select('call_id')
        .where('tenant', '=', tenant)
        .where('token_id', '=', id)
        .orderBy('call_id', 'desc')
        .limit(1)
        .execute()
      return rows.map(({ call_id }) => call_id)
    },
    /** Deletes the row, unless a hold on any of its calls stands against it. Its data key is the caller's to destroy then. */
    async remove(tenant: TenantId, id: VaultTokenId, now: Date): Promise<'removed' | 'held' | 'unknown'> {
      const view = db.asTenant(tenant)
      const gone = await sql`delete from token_vault.tokens t where t.tenant = ${tenant} and t.id = ${id}
        and not ${heldToken(now)}`.execute(view)
      if ((gone.numAffectedRows ?? 0n) > 0n) return 'removed'
      return (await one(tenant, sql`id = ${id}`)) === undefined ? 'unknown' : 'held'
    },
    /** Some tokens whose time is over and that no hold keeps, of all tenants. */
    async expired(
      now: Date,
      after: string,
      limit: number,
    ): Promise<readonly Pick<VaultTokenRow, 'id' | 'tenant'>[]> {
      const { rows } = await sql<
        Pick<VaultTokenRow, 'id' | 'tenant'>
      >`select t.id, t.tenant from token_vault.tokens t
        where t.expires_at <= ${now} and t.id > ${after} and not ${heldToken(now)} order by t.id limit ${limit}`.execute(
        db.kysely,
      )
      return rows
    },
    /** Data keys of tokens that are gone: a crash came between. Young ones may belong to a transaction that still runs. */
    async orphanedKeys(
      before: Date,
      limit: number,
    ): Promise<readonly { readonly object: VaultTokenId; readonly tenant: TenantId }[]> {
      const { rows } = await sql<{
        object: VaultTokenId
        tenant: TenantId
      }>`select k.object, k.tenant from data_keys k
        where k.purpose = ${purpose} and k.created_at < ${before}
          and not exists (select 1 from token_vault.tokens t where t.id = k.object) limit ${limit}`.execute(
        db.kysely,
      )
      return rows
    },
    /** Counts one use, if it is within the limits of the last hour; otherwise which limit it would pass. On all nodes together. */
    use: (
      o: { readonly tenant: TenantId; readonly token: string; readonly actor: string; readonly now: Date },
      limits: UseLimits,
    ): Promise<'counted' | 'token' | 'actor' | 'tenant'> =>
      db
        .asTenant(o.tenant)
        .transaction()
        .execute(async (transaction) => {
          await sql`select pg_advisory_xact_lock(hashtextextended(${`token_vault.uses ${o.tenant}`}, 0))`.execute(
            transaction,
          )
          const since = new Date(o.now.getTime() - hourMs)
          await sql`delete from token_vault.uses where tenant = ${o.tenant} and at <= ${since}`.execute(
            transaction,
          )
          const { rows } = await sql<{ token: number; actor: number; tenant: number }>`select
            count(*) filter (where token_id = ${o.token} and token_id <> '')::int as token,
            count(*) filter (where actor = ${o.actor})::int as actor, count(*)::int as tenant
            from token_vault.uses where tenant = ${o.tenant}`.execute(transaction)
          const used = rows[0] ?? { token: 0, actor: 0, tenant: 0 }
          if (used.token >= limits.perToken) return 'token'
          if (used.actor >= limits.perActor) return 'actor'
          if (used.tenant >= limits.perTenant) return 'tenant'
          const { tenant, token, actor, now } = o
          await transaction
            .insertInto('token_vault.uses')
            .values({ tenant, token_id: token, actor, at: now })
            .execute()
          return 'counted'
        }),
    async pruneUses(before: Date): Promise<void> {
      await db.kysely.deleteFrom('token_vault.uses').where('at', '<', before).execute()
    },
    /** The tokens that were made or met in a call. */
    async ofCall(tenant: TenantId, call: CallId): Promise<readonly CallTokenRow[]> {
      const { rows } = await sql<CallTokenRow>`select t.*, l.call_id from token_vault.calls l
        join token_vault.tokens t on t.id = l.token_id
        where l.tenant = ${tenant} and l.call_id = ${call} order by t.id`.execute(db.asTenant(tenant))
      return rows
    },
    /** Takes a call off its tokens; those that are left without any, and were never made without one: the caller's to delete. */
    forgetCall: (tenant: TenantId, call: CallId): Promise<readonly VaultTokenId[]> =>
      db
        .asTenant(tenant)
        .transaction()
        .execute(async (transaction) => {
          const { rows } = await sql<{ token_id: VaultTokenId }>`select l.token_id from token_vault.calls l
            join token_vault.tokens t on t.id = l.token_id
            where l.tenant = ${tenant} and l.call_id = ${call} and not t.standalone and not exists (
              select 1 from token_vault.calls o where o.token_id = l.token_id and o.call_id <> l.call_id)`.execute(
            transaction,
          )
          const alone = rows.map(({ token_id }) => token_id)
          // Those stay named until they are deleted: a crash in between must not leave them with nobody.
          await sql`delete from token_vault.calls where tenant = ${tenant} and call_id = ${call}
            and not token_id = any(${alone}::text[])`.execute(transaction)
          return alone
        }),
  }
}
export type VaultTokenStore = ReturnType<typeof vaultTokenStore>

/** Whether a hold stands against deleting the token `t`: one on a call of it, or one by time alone. */
function heldToken(now: Date) {
  return sql<boolean>`exists (select 1 from (
      select l.call_id from token_vault.calls l where l.token_id = t.id union all select null) k
    left join calls c on c.id = k.call_id
    where exists (${holdsOf(now, { tenant: 't.tenant', call: 'k.call_id', at: 't.created_at' })}))`
}

async function addKey(
  transaction: Transaction<Schema>,
  row: VaultTokenRow,
  key: VaultTokenKey,
): Promise<void> {
  const wrapped = Buffer.from(key.wrapped).toString('base64')
  const { numAffectedRows } = await sql`
    insert into data_keys (object, tenant, purpose, tenant_key, wrapped, created_at)
    select ${row.id}, ${row.tenant}, ${purpose}, id, ${wrapped}, ${row.created_at} from tenant_keys
    where id = ${key.tenantKey} and tenant = ${row.tenant} and state <> 'destroyed'`.execute(transaction)
  if (numAffectedRows !== 1n) throw new DbError('DB_FAILED', 'the tenant key of a data key is gone')
}

async function link(
  transaction: Transaction<Schema>,
  { tenant, id }: Pick<VaultTokenRow, 'tenant' | 'id'>,
  call: CallId,
): Promise<void> {
  await transaction
    .insertInto('token_vault.calls')
    .values({ call_id: call, token_id: id, tenant })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
