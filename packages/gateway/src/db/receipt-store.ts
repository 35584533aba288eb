import { groupCommit, type CallId, type TenantId } from '#kernel'
import { blamesValue, DbError } from './error.ts'
import type { Database } from './open-database.ts'
import type { Schema } from './schema.ts'

export interface ReceiptRow {
  readonly call_id: CallId
  readonly tenant: TenantId
  readonly issued_at: Date
  /** JSON; kept sealed. */
  readonly document: string
}

/** Calls' signed receipts. Every promise rejects with `DbError`; a resolved write is on disk. */
export function receiptStore({ kysely, asTenant, seal }: Pick<Database, 'kysely' | 'asTenant' | 'seal'>) {
  const inserts = groupCommit<Schema['call_receipts']>(
    async (rows) => {
      await kysely
        .insertInto('call_receipts')
        .values([...rows])
        .onConflict((conflict) => conflict.column('call_id').doNothing())
        .execute()
    },
    {
      maxBatch: 200,
      maxQueued: 20_000,
      overflow: () => new DbError('DB_OVERLOADED', 'too many receipts wait for the database'),
      blamesItem: blamesValue,
    },
  )
  const context = (call: CallId) => `call_receipts.document ${call}`
  return {
    /** Again: nothing; what was issued first stays. */
    async insert({ document, ...row }: ReceiptRow): Promise<void> {
      const document_sealed = seal.seal(row.tenant, document, context(row.call_id))
      await inserts.add({ ...row, document_sealed })
    },
    /** By which policy the call is kept, and until when something of it is due to go; undefined for a call that is not known. */
    async retentionOf(tenant: TenantId, call: CallId) {
      return asTenant(tenant)
        .selectFrom('calls')
        .select(['policy', 'policy_version', 'due_at'])
        .where('tenant', '=', tenant)
        .where('id', '=', call)
        .executeTakeFirst()
    },
    async get(tenant: TenantId, call: CallId): Promise<string | undefined> {
      const row = await asTenant(tenant)
        .selectFrom('call_receipts')
        .select('document_sealed')
        .where('tenant', '=', tenant)
        .where('call_id', '=', call)
        .executeTakeFirst()
      return row && seal.open(tenant, row.document_sealed, context(call))
    },
  }
}
export type ReceiptStore = ReturnType<typeof receiptStore>
