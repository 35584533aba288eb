import type { Database } from './open-database.ts'
import { ownRows } from './own-rows.ts'
import type { BackupRow } from './schema-objects.ts'

/** What is listed of backups. Every promise rejects with `DbError`; a resolved write is on disk. */
export function backupRows(db: Database) {
  const { kysely } = db
  return {
    async insert(row: BackupRow): Promise<void> {
      await kysely.insertInto('backups').values(row).execute()
    },
    async update(id: string, change: Partial<Omit<BackupRow, 'id'>>): Promise<void> {
      await kysely.updateTable('backups').set(change).where('id', '=', id).execute()
    },
    get: (id: string): Promise<BackupRow | undefined> =>
      kysely.selectFrom('backups').selectAll().where('id', '=', id).executeTakeFirst(),
    /** Newest first. */
    async list(page: { readonly before?: string | undefined; readonly limit: number }): Promise<BackupRow[]> {
      let query = kysely.selectFrom('backups').selectAll()
      if (page.before !== undefined) query = query.where('id', '<', page.before)
      return query.orderBy('id', 'desc').limit(page.limit).execute()
    },
    /** Those of this node that a crash cut short; to be run before one is begun. */
    async endOrphans(at: Date): Promise<number> {
      const result = await kysely
        .updateTable('backups')
        .set({ state: 'failed', reason: 'gateway-stopped', ended_at: at })
        .where('state', '=', 'running')
        .where(ownRows(db))
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },
    /** Proofs of destroyed data keys, by object; what a restore needs to destroy them again. */
    async erasures(page: { readonly since: Date; readonly after: string; readonly limit: number }) {
      return kysely
        .selectFrom('shredded_keys')
        .selectAll()
        .where('at', '>=', page.since)
        .where('object', '>', page.after)
        .orderBy('object')
        .limit(page.limit)
        .execute()
    },
    /** Those of any node that began before `before` and never ended: the node died, and did not come back. */
    async endAbandoned(before: Date): Promise<void> {
      await kysely
        .updateTable('backups')
        .set({ state: 'failed', reason: 'abandoned', ended_at: before })
        .where('state', '=', 'running')
        .where('started_at', '<', before)
        .execute()
    },
  }
}
export type BackupRows = ReturnType<typeof backupRows>
