import type { CallId } from '#kernel'
import type { Database } from './open-database.ts'
import type { AuditRow } from './schema.ts'

/** Where the audit log keeps its entries. Every promise rejects with `DbError`; a resolved append is on disk, all or nothing. */
export function auditStore({ kysely }: Database) {
  return {
    async append(rows: readonly AuditRow[]): Promise<void> {
      await kysely
        .insertInto('audit')
        .values([...rows])
        .execute()
    },
    head: (): Promise<AuditRow | undefined> =>
      kysely.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst(),
    /** Entries from `seq` on, in order. */
    read: (fromSeq: number, limit: number): Promise<AuditRow[]> =>
      kysely
        .selectFrom('audit')
        .selectAll()
        .where('seq', '>=', fromSeq)
        .orderBy('seq')
        .limit(limit)
        .execute(),
    ofCall: (callId: CallId): Promise<AuditRow[]> =>
      kysely.selectFrom('audit').selectAll().where('call_id', '=', callId).orderBy('seq').execute(),
  }
}
export type AuditStore = ReturnType<typeof auditStore>
