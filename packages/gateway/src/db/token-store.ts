import type { TenantId, TokenId } from '#kernel'
import type { Page } from './call-store.ts'
import type { Database } from './open-database.ts'
import type { Schema, TokenRow } from './schema.ts'

/** API tokens. Every promise rejects with `DbError`; a resolved write is on disk. `Scope` is whatever the writer put in. */
export function tokenStore<Scope extends string>({ kysely, asTenant }: Database) {
  const asToken = (row: Schema['tokens']) => ({ ...row, scopes: row.scopes as readonly Scope[] })
  return {
    async insert(row: TokenRow<Scope>): Promise<void> {
      await kysely
        .insertInto('tokens')
        .values({ ...row, scopes: JSON.stringify(row.scopes) })
        .execute()
    },
    /** Every token that begins so, expired and revoked ones too: whoever asks judges. */
    async byPrefix(prefix: string): Promise<TokenRow<Scope>[]> {
      const rows = await kysely.selectFrom('tokens').selectAll().where('prefix', '=', prefix).execute()
      return rows.map(asToken)
    },
    async get(tenant: TenantId, id: TokenId): Promise<TokenRow<Scope> | undefined> {
      const row = await asTenant(tenant)
        .selectFrom('tokens')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && asToken(row)
    },
    /** Newest first. */
    async list(tenant: TenantId, o: Page): Promise<TokenRow<Scope>[]> {
      let query = asTenant(tenant).selectFrom('tokens').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as TokenId)
      return (await query.orderBy('id', 'desc').limit(o.limit).execute()).map(asToken)
    },
    /** Sets `revoked_at` unless it is set already. */
    async revoke(tenant: TenantId, id: TokenId, at: Date): Promise<void> {
      await asTenant(tenant)
        .updateTable('tokens')
        .set({ revoked_at: at })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .execute()
    },
    async touch(id: TokenId, at: Date): Promise<void> {
      await kysely.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id).execute()
    },
  }
}
export type TokenStore<Scope extends string = string> = ReturnType<typeof tokenStore<Scope>>
