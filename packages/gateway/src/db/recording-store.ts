import { sql, type Transaction } from 'kysely'
import type { CallId, Clock, RecordingId, TenantId } from '#kernel'
import type { Page } from './call-store.ts'
import type { Database } from './open-database.ts'
import { ownRows } from './own-rows.ts'
import { addMarks } from './redaction-store.ts'
import type { Mark, ReplacedColumns } from './schema-marks.ts'
import type { RecordingRow, Schema } from './schema.ts'

/** How a recording ended; the vault's `RecoveryOutcome` fits. */
export type RecordingEnd =
  | {
      readonly state: 'sealed' | 'recovered'
      readonly sealed: {
        readonly bytes: number
        readonly segments: number
        readonly durationMs: number
        readonly sha256: string
        readonly marks: readonly Mark[]
      }
    }
  | { readonly state: 'failed' }

/** Every promise rejects with `DbError`; a resolved write is on disk. */
export function recordingStore(db: Database, clock: Clock) {
  const { kysely } = db
  return {
    async insert(row: Omit<RecordingRow, keyof ReplacedColumns>): Promise<void> {
      await kysely
        .insertInto('recordings')
        .values({ ...row, replaces: null, replaced_by: null })
        .execute()
    },
    /** Ends it; what was sealed is listed as an object in the spool, and marked, with it: never the one without the other. */
    settle: (id: RecordingId, outcome: RecordingEnd): Promise<void> =>
      kysely.transaction().execute((tx) => settle(tx, id, outcome, new Date(clock.now()))),
    async markDeleted(tenant: TenantId, id: RecordingId): Promise<void> {
      await kysely
        .updateTable('recordings')
        .set({ state: 'deleted' })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute()
    },
    get: (tenant: TenantId, id: RecordingId): Promise<RecordingRow | undefined> =>
      db
        .asTenant(tenant)
        .selectFrom('recordings')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst(),
    /** Newest first. */
    async list(
      tenant: TenantId,
      o: Page & { readonly callId?: CallId | undefined },
    ): Promise<RecordingRow[]> {
      let query = db.asTenant(tenant).selectFrom('recordings').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as RecordingId)
      if (o.callId !== undefined) query = query.where('call_id', '=', o.callId)
      return query.orderBy('id', 'desc').limit(o.limit).execute()
    },
    /** This node’s recordings that were running when the process died, for the vault to recover. */
    async unfinished() {
      const rows = await kysely
        .selectFrom('recordings')
        .selectAll()
        .where('state', '=', 'recording')
        .where(ownRows(db))
        .execute()
      return rows.map((row) => ({ recording: row.id, call: row.call_id, tenant: row.tenant }))
    },
  }
}
export type RecordingStore = ReturnType<typeof recordingStore>

function endOf(outcome: RecordingEnd) {
  if (outcome.state === 'failed') return { state: outcome.state }
  const { bytes, segments, durationMs, sha256 } = outcome.sealed
  return { state: outcome.state, bytes, segments, duration_ms: durationMs, sha256 }
}

async function settle(
  tx: Transaction<Schema>,
  id: RecordingId,
  outcome: RecordingEnd,
  now: Date,
): Promise<void> {
  const settled = tx
    .updateTable('recordings')
    .set({ ended_at: now, ...endOf(outcome) })
    .where('id', '=', id)
    .where('state', '=', 'recording')
  if (outcome.state === 'failed') return void (await settled.execute())
  const listed = await tx
    .with('settled', () => settled.returning(['id', 'tenant', 'call_id', 'node', 'bytes', 'sha256']))
    .insertInto('objects')
    .columns(['id', 'tenant', 'kind', 'call_id', 'node', 'bytes', 'sha256', 'hold', 'state', 'created_at'])
    .expression((eb) =>
      eb
        .selectFrom('settled')
        .select([
          'settled.id',
          'settled.tenant',
          sql<string>`'audio'`.as('kind'),
          'settled.call_id',
          'settled.node',
          sql<number>`coalesce(settled.bytes, 0)`.as('bytes'),
          sql<string>`coalesce(settled.sha256, '')`.as('sha256'),
          sql<boolean>`false`.as('hold'),
          sql<'spooled'>`'spooled'`.as('state'),
          sql<Date>`${now}::timestamptz`.as('created_at'),
        ]),
    )
    .returning('tenant')
    .executeTakeFirst()
  if (listed !== undefined) await addMarks(tx, listed.tenant, id, outcome.sealed.marks, now)
}
