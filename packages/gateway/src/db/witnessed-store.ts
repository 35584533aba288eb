import type { Database } from './open-database.ts'
import type { AuditWitnessedRow } from './schema-audit.ts'

type Row = Omit<AuditWitnessedRow, 'origin'>

/** What this node, as a witness, cosigned last of each log. Rejects with `DbError`. */
export function witnessedStore({ kysely }: Pick<Database, 'kysely'>) {
  return {
    /** Gives `next` the row of a log, which it locks, and keeps what it returns; resolves once that is on disk. */
    exchange: (origin: string, next: (last: Row | undefined) => Row | undefined): Promise<void> =>
      kysely.transaction().execute(async (transaction) => {
        // A row to lock, also for a log that is not known yet: two first requests must not both find nothing.
        await transaction
          .insertInto('audit_witnessed')
          .values({ origin, size: 0, root: '', note: '', at: new Date(0) })
          .onConflict((conflict) => conflict.column('origin').doNothing())
          .execute()
        const last = await transaction
          .selectFrom('audit_witnessed')
          .select(['size', 'root', 'note', 'at'])
          .where('origin', '=', origin)
          .forUpdate()
          .executeTakeFirstOrThrow()
        const row = next(last.note === '' ? undefined : last)
        if (row === undefined) return
        await transaction.updateTable('audit_witnessed').set(row).where('origin', '=', origin).execute()
      }),
  }
}
export type WitnessedStore = ReturnType<typeof witnessedStore>
