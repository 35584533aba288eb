import { sql } from 'kysely'
import type { CallId, PaymentId, TenantId } from '#kernel'
import type { Page } from './call-store.ts'
import type { Database } from './open-database.ts'
import { ownRows } from './own-rows.ts'
import type { PaymentRow } from './schema-payments.ts'
import type { Schema } from './schema.ts'

/** What became of a payment. */
export type PaymentChange = Pick<PaymentRow, 'state'> &
  Partial<
    Pick<
      PaymentRow,
      'reason' | 'provider_code' | 'payment_id' | 'provider_token' | 'settled_at' | 'next_at' | 'attempts'
    >
  >

/** What is needed to ask what became of a payment: nothing that is sealed, so that one tenant's closed keys hold up nobody. */
export type OpenPayment = Pick<
  PaymentRow,
  'id' | 'tenant' | 'call_id' | 'provider' | 'idempotency_key' | 'state' | 'attempts' | 'asked_at'
>

/** Payments that were asked for. Every promise rejects with `DbError`; a resolved write is on disk. */
export function paymentStore(db: Database) {
  const { kysely, seal } = db
  const sealed = (tenant: TenantId, text: string | null, what: string, id: PaymentId) =>
    text === null ? null : seal.seal(tenant, text, `payments.${what} ${id}`)
  const opened = (tenant: TenantId, text: string | null, what: string, id: PaymentId) =>
    text === null ? null : seal.open(tenant, text, `payments.${what} ${id}`)
  const show = ({ reference_sealed, provider_token_sealed, ...row }: Schema['payments']): PaymentRow => ({
    ...row,
    reference: opened(row.tenant, reference_sealed, 'reference', row.id),
    provider_token: opened(row.tenant, provider_token_sealed, 'provider_token', row.id),
  })
  return {
    /** False when the tenant has a payment under that key already. */
    async insert({ reference, provider_token, ...row }: PaymentRow): Promise<boolean> {
      const added = await db
        .asTenant(row.tenant)
        .insertInto('payments')
        .values({
          ...row,
          reference_sealed: sealed(row.tenant, reference, 'reference', row.id),
          provider_token_sealed: sealed(row.tenant, provider_token, 'provider_token', row.id),
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return added.numInsertedOrUpdatedRows === 1n
    },
    async byKey(tenant: TenantId, key: string): Promise<PaymentRow | undefined> {
      const row = await db
        .asTenant(tenant)
        .selectFrom('payments')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('idempotency_key', '=', key)
        .executeTakeFirst()
      return row && show(row)
    },
    async get(tenant: TenantId, id: PaymentId): Promise<PaymentRow | undefined> {
      const row = await db
        .asTenant(tenant)
        .selectFrom('payments')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && show(row)
    },
    /** Newest first. */
    async list(
      tenant: TenantId,
      o: Page & { readonly state?: PaymentRow['state'] | undefined; readonly callId?: CallId | undefined },
    ): Promise<PaymentRow[]> {
      let query = db.asTenant(tenant).selectFrom('payments').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as PaymentId)
      if (o.state !== undefined) query = query.where('state', '=', o.state)
      if (o.callId !== undefined) query = query.where('call_id', '=', o.callId)
      return (await query.orderBy('id', 'desc').limit(o.limit).execute()).map(show)
    },
    /** Changes a payment that is still in one of the states of `from`; false when it is not. */
    async change(
      { tenant, id }: Pick<PaymentRow, 'tenant' | 'id'>,
      from: readonly PaymentRow['state'][],
      { provider_token, ...change }: PaymentChange,
    ): Promise<boolean> {
      const token =
        provider_token === undefined
          ? {}
          : { provider_token_sealed: sealed(tenant, provider_token, 'provider_token', id) }
      const changed = await db
        .asTenant(tenant)
        .updateTable('payments')
        .set({ ...change, ...token })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', 'in', [...from])
        .executeTakeFirst()
      return changed.numUpdatedRows > 0n
    },
    /** This node's payments whose outcome is to be asked for now. */
    async due(now: Date, limit: number): Promise<OpenPayment[]> {
      return kysely
        .selectFrom('payments')
        .select(['id', 'tenant', 'call_id', 'provider', 'idempotency_key', 'state', 'attempts', 'asked_at'])
        .where('next_at', '<=', now)
        .where(ownRows(db))
        .orderBy('next_at')
        .orderBy('id')
        .limit(limit)
        .execute()
    },
    /** When the next of them is due. */
    async nextDue(): Promise<Date | undefined> {
      const row = await kysely
        .selectFrom('payments')
        .select(['next_at'])
        .where('next_at', 'is not', null)
        .where(ownRows(db))
        .orderBy('next_at')
        .limit(1)
        .executeTakeFirst()
      return row?.next_at ?? undefined
    },
    async ofCall(tenant: TenantId, call: CallId): Promise<PaymentRow[]> {
      const rows = await db
        .asTenant(tenant)
        .selectFrom('payments')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('call_id', '=', call)
        .orderBy('id')
        .execute()
      return rows.map(show)
    },
    /** Makes the call's payments lead to nobody; what was charged stays on the books. */
    async forgetCall(tenant: TenantId, call: CallId): Promise<void> {
      const nobody = { call_id: null, brand: null, last_four: null, reference_sealed: null }
      await db
        .asTenant(tenant)
        .updateTable('payments')
        .set({ ...nobody, provider_token_sealed: null })
        .where('tenant', '=', tenant)
        .where('call_id', '=', call)
        .execute()
    },
    /** Deletes what was asked for before then and is settled; how many. */
    async prune(before: Date): Promise<number> {
      const { numAffectedRows = 0n } = await sql`delete from payments where asked_at < ${before}
        and next_at is null and state <> 'asked'`.execute(kysely)
      return Number(numAffectedRows)
    },
  }
}
export type PaymentStore = ReturnType<typeof paymentStore>
