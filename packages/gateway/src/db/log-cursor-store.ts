import { sql } from 'kysely'
import type { Database } from './open-database.ts'

/**
 * How far each reader of the audit log has come, and which node reads for it now. Every promise rejects with `DbError`; a resolved
 * write is on disk.
 */
export function logCursorStore({ kysely }: Pick<Database, 'kysely'>) {
  return {
    /** The index that comes next in each log; a log that is absent was never read. */
    async positions(reader: string): Promise<Map<string, number>> {
      const rows = await kysely
        .selectFrom('log_cursors')
        .select(['log', 'next_index'])
        .where('reader', '=', reader)
        .execute()
      return new Map(rows.map((row) => [row.log, row.next_index]))
    },
    /** Moves the cursors on; one that is further already stays. */
    async move(reader: string, positions: ReadonlyMap<string, number>, at: Date): Promise<void> {
      if (positions.size === 0) return
      await kysely
        .insertInto('log_cursors')
        .values([...positions].map(([log, next_index]) => ({ reader, log, next_index, moved_at: at })))
        .onConflict((conflict) =>
          conflict.columns(['reader', 'log']).doUpdateSet({
            next_index: sql<number>`greatest(log_cursors.next_index, excluded.next_index)`,
            moved_at: sql<Date>`excluded.moved_at`,
          }),
        )
        .execute()
    },
    /** Takes or keeps the reader for `holder`; false while another holder's time runs. */
    async claim(reader: string, holder: string, now: Date, until: Date): Promise<boolean> {
      const held = await kysely
        .insertInto('log_readers')
        .values({ reader, holder, until })
        .onConflict((conflict) =>
          conflict
            .column('reader')
            .doUpdateSet({ holder, until })
            .where((where) =>
              where.or([where('log_readers.holder', '=', holder), where('log_readers.until', '<', now)]),
            ),
        )
        .returning('reader')
        .executeTakeFirst()
      return held !== undefined
    },
    /** Lets another node go on at once. */
    async release(reader: string, holder: string): Promise<void> {
      await kysely
        .deleteFrom('log_readers')
        .where('reader', '=', reader)
        .where('holder', '=', holder)
        .execute()
    },
  }
}
export type LogCursorStore = ReturnType<typeof logCursorStore>
