import type { TenantId, TokenId } from '#kernel'
import type { Database } from './open-database.ts'
import type { IdempotencyRow, Schema } from './schema.ts'

/** Answers kept under Idempotency-Key. Every promise rejects with `DbError`; a resolved write is on disk. */
export function idempotencyStore(db: Database) {
  const { kysely, seal } = db
  return {
    /** Claims the key for a request that starts now. The row that holds it already, or undefined: it is the caller's. */
    async begin(row: Omit<IdempotencyRow, 'status' | 'body'>): Promise<IdempotencyRow | undefined> {
      const inserted = await kysely
        .insertInto('idempotency')
        .values({ ...row, status: null, body_sealed: null })
        .onConflict((conflict) => conflict.columns(['token_id', 'key']).doNothing())
        .executeTakeFirst()
      if (Number(inserted.numInsertedOrUpdatedRows ?? 0n) > 0) return undefined
      const held = await db
        .asTenant(row.tenant)
        .selectFrom('idempotency')
        .selectAll()
        .where('token_id', '=', row.token_id)
        .where('key', '=', row.key)
        .executeTakeFirst()
      return held && openRow(db, held)
    },
    async finish(
      tenant: TenantId,
      tokenId: TokenId,
      key: string,
      status: number,
      body: string,
    ): Promise<void> {
      await kysely
        .updateTable('idempotency')
        .set({ status, body_sealed: seal.seal(tenant, body, `idempotency ${tokenId} ${key}`) })
        .where('token_id', '=', tokenId)
        .where('key', '=', key)
        .execute()
    },
    /** Gives the key back: the request failed in a way that may be tried again. */
    async release(tokenId: TokenId, key: string): Promise<void> {
      await kysely
        .deleteFrom('idempotency')
        .where('token_id', '=', tokenId)
        .where('key', '=', key)
        .where('status', 'is', null)
        .execute()
    },
    async prune(before: Date): Promise<void> {
      await kysely.deleteFrom('idempotency').where('created_at', '<', before).execute()
    },
  }
}
export type IdempotencyStore = ReturnType<typeof idempotencyStore>

function openRow({ seal }: Database, { body_sealed, ...row }: Schema['idempotency']): IdempotencyRow {
  const body =
    body_sealed === null ? null : seal.open(row.tenant, body_sealed, `idempotency ${row.token_id} ${row.key}`)
  return { ...row, body }
}
