import type { CallId, Clock, RecordingId, TenantId } from '#kernel'
import type { Page } from './call-store.ts'
import type { Database } from './open-database.ts'
import type { RecordingRow } from './schema.ts'

/** How a recording ended; the vault's `RecoveryOutcome` fits. */
export type RecordingEnd =
  | {
      readonly state: 'sealed' | 'recovered'
      readonly sealed: {
        readonly bytes: number
        readonly segments: number
        readonly durationMs: number
        readonly sha256: string
      }
    }
  | { readonly state: 'failed' }

/** Every promise rejects with `DbError`; a resolved write is on disk. */
export function recordingStore({ kysely }: Database, clock: Clock) {
  return {
    async insert(row: RecordingRow): Promise<void> {
      await kysely.insertInto('recordings').values(row).execute()
    },
    async settle(id: RecordingId, outcome: RecordingEnd): Promise<void> {
      const sealed = outcome.state === 'failed' ? undefined : outcome.sealed
      await kysely
        .updateTable('recordings')
        .set({
          state: outcome.state,
          ended_at: new Date(clock.now()),
          ...(sealed && {
            bytes: sealed.bytes,
            segments: sealed.segments,
            duration_ms: sealed.durationMs,
            sha256: sealed.sha256,
          }),
        })
        .where('id', '=', id)
        .where('state', '=', 'recording')
        .execute()
    },
    async markDeleted(tenant: TenantId, id: RecordingId): Promise<void> {
      await kysely
        .updateTable('recordings')
        .set({ state: 'deleted' })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute()
    },
    get: (tenant: TenantId, id: RecordingId): Promise<RecordingRow | undefined> =>
      kysely
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
      let query = kysely.selectFrom('recordings').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as RecordingId)
      if (o.callId !== undefined) query = query.where('call_id', '=', o.callId)
      return query.orderBy('id', 'desc').limit(o.limit).execute()
    },
    /** Recordings that were running when the process died, for the vault to recover. */
    async unfinished() {
      const rows = await kysely
        .selectFrom('recordings')
        .selectAll()
        .where('state', '=', 'recording')
        .execute()
      return rows.map((row) => ({
        recording: row.id,
        call: row.call_id,
        tenant: row.tenant,
        path: row.path,
      }))
    },
  }
}
export type RecordingStore = ReturnType<typeof recordingStore>
