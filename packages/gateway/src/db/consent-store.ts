import type { CallId, ConsentId, TenantId } from '#kernel'
import type { Page } from './call-store.ts'
import type { Database } from './open-database.ts'
import type { ConsentChoiceRow, ConsentRow } from './schema-consent.ts'

/** Which consents are wanted: all that fit everything that is named. */
export interface ConsentFilter {
  readonly call?: CallId | undefined
  readonly party?: string | undefined
}

/** What parties said, and what they chose. Every promise rejects with `DbError`; a resolved write is on disk. */
export function consentStore(db: Database) {
  return {
    async insert(row: ConsentRow): Promise<void> {
      await db.asTenant(row.tenant).insertInto('consents').values(row).execute()
    },
    /** Newest first. */
    async list(tenant: TenantId, o: Page & ConsentFilter): Promise<ConsentRow[]> {
      let query = db.asTenant(tenant).selectFrom('consents').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as ConsentId)
      if (o.call !== undefined) query = query.where('call_id', '=', o.call)
      if (o.party !== undefined) query = query.where('party_index', '=', o.party)
      return query.orderBy('id', 'desc').limit(o.limit).execute()
    },
    /** Leaves that somebody of the call agreed or not, and nothing that leads to who it was. */
    async forgetParties(tenant: TenantId, call: CallId): Promise<void> {
      await db
        .asTenant(tenant)
        .updateTable('consents')
        .set({ party_index: null })
        .where('tenant', '=', tenant)
        .where('call_id', '=', call)
        .execute()
    },
    async choice(tenant: TenantId, party: string): Promise<ConsentChoiceRow | undefined> {
      return db
        .asTenant(tenant)
        .selectFrom('consent_choices')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('party_index', '=', party)
        .executeTakeFirst()
    },
    /** The latest choice counts. */
    async choose(row: ConsentChoiceRow): Promise<void> {
      await db
        .asTenant(row.tenant)
        .insertInto('consent_choices')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['tenant', 'party_index'])
            .doUpdateSet({ choice: row.choice, set_by: row.set_by, set_at: row.set_at }),
        )
        .execute()
    },
    /** False when there was none. */
    async forget(tenant: TenantId, party: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .asTenant(tenant)
        .deleteFrom('consent_choices')
        .where('tenant', '=', tenant)
        .where('party_index', '=', party)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
    /** Removes what was said before; how many rows went. */
    async prune(before: Date): Promise<number> {
      const { numDeletedRows } = await db.kysely
        .deleteFrom('consents')
        .where('at', '<', before)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
export type ConsentStore = ReturnType<typeof consentStore>
