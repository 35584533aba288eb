import { sql } from 'kysely'
import type { CallId, Clock, TenantId, TranscriptId } from '#kernel'
import type { Database } from './open-database.ts'
import { ownRows } from './own-rows.ts'
import type { TranscriptRow } from './schema-transcripts.ts'

/** How a transcript ended; the vault's `TranscriptOutcome` fits. */
export type TranscriptEnd =
  | {
      readonly state: 'sealed' | 'recovered'
      readonly sealed: {
        readonly bytes: number
        readonly segments: number
        readonly lines: number
        readonly sha256: string
      }
    }
  | { readonly state: 'failed' }

export type NewTranscript = Pick<
  TranscriptRow,
  | 'id'
  | 'call_id'
  | 'tenant'
  | 'node'
  | 'content'
  | 'started_at'
  | 'key_ref'
  | 'policy'
  | 'engine'
  | 'language'
>

/** A call has a few transcripts at most: one for each leg that was its first. */
const maxOfCall = 1_000

/** Every promise rejects with `DbError`; a resolved write is on disk. */
export function transcriptStore(db: Database, clock: Clock) {
  const { kysely } = db
  return {
    async insert(row: NewTranscript): Promise<void> {
      const open = { ended_at: null, bytes: null, segments: null, lines: null, sha256: null } as const
      await kysely
        .insertInto('transcripts')
        .values({ ...row, state: 'writing', ...open })
        .execute()
    },
    /** Ends it; what was sealed is listed as an object in the spool by the same statement, so that it is never the one without the other. */
    async settle(id: TranscriptId, outcome: TranscriptEnd): Promise<void> {
      const now = new Date(clock.now())
      const sealed = outcome.state === 'failed' ? {} : outcome.sealed
      const settled = kysely
        .updateTable('transcripts')
        .set({ ended_at: now, state: outcome.state, ...sealed })
        .where('id', '=', id)
        .where('state', '=', 'writing')
      if (outcome.state === 'failed') return void (await settled.execute())
      await sql`with settled as (${settled.returning(['id', 'tenant', 'call_id', 'node', 'bytes', 'sha256'])})
        insert into objects (id, tenant, kind, call_id, node, bytes, sha256, hold, state, created_at)
        select id, tenant, 'transcript', call_id, node, bytes, sha256, false, 'spooled', ${now}::timestamptz from settled`.execute(
        kysely,
      )
    },
    async markDeleted(tenant: TenantId, id: string): Promise<void> {
      await kysely
        .updateTable('transcripts')
        .set({ state: 'deleted' })
        .where('tenant', '=', tenant)
        .where('id', '=', id as TranscriptId)
        .execute()
    },
    get: (tenant: TenantId, id: TranscriptId): Promise<TranscriptRow | undefined> =>
      db
        .asTenant(tenant)
        .selectFrom('transcripts')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst(),
    /** Oldest first. */
    ofCall: (tenant: TenantId, call: CallId): Promise<TranscriptRow[]> =>
      db
        .asTenant(tenant)
        .selectFrom('transcripts')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('call_id', '=', call)
        .orderBy('id')
        .limit(maxOfCall)
        .execute(),
    /** This node’s transcripts that were being written when the process died. */
    unfinished: (): Promise<TranscriptRow[]> =>
      kysely
        .selectFrom('transcripts')
        .selectAll()
        .where('state', '=', 'writing')
        .where(ownRows(db))
        .execute(),
  }
}
export type TranscriptStore = ReturnType<typeof transcriptStore>
