import { sql, type Kysely, type Transaction } from 'kysely'
import type { Clock, RecordingId, TenantId } from '#kernel'
import { isHeld } from './held.ts'
import type { Database } from './open-database.ts'
import { ownRows } from './own-rows.ts'
import type { Mark, MarkRow, RedactionRow } from './schema-marks.ts'
import type { Schema } from './schema.ts'

/** A recording that takes the place of another: the same call, what is left of its audio. */
export interface Replacement {
  readonly tenant: TenantId
  readonly old: RecordingId
  readonly id: RecordingId
  readonly keyRef: string
  readonly node: string
  readonly sealed: {
    readonly bytes: number
    readonly segments: number
    readonly durationMs: number
    readonly sha256: string
  }
  readonly marks: readonly Mark[]
  /** The redaction that is done by it. */
  readonly redaction: string
}

const rowsAtOnce = 500

/** Marks of recordings, and redactions after the fact. Every promise rejects with `DbError`; a resolved write is on disk. */
export function redactionStore(db: Database, clock: Clock) {
  const { kysely } = db
  return {
    /** In the order of their beginnings. */
    marks: (tenant: TenantId, recording: RecordingId): Promise<MarkRow[]> =>
      db
        .asTenant(tenant)
        .selectFrom('recording_marks')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('recording', '=', recording)
        .orderBy('number')
        .execute(),
    /** Marks of what was paused, of several recordings. */
    async pauses(tenant: TenantId, recordings: readonly RecordingId[]): Promise<MarkRow[]> {
      if (recordings.length === 0) return []
      return db
        .asTenant(tenant)
        .selectFrom('recording_marks')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('recording', 'in', [...recordings])
        .where('kind', '=', 'paused')
        .orderBy('recording')
        .orderBy('number')
        .execute()
    },
    async begin(row: Omit<RedactionRow, 'target' | 'refused' | 'created_at'>): Promise<void> {
      const values = {
        ...row,
        spans: JSON.stringify(row.spans),
        target: null,
        refused: null,
        created_at: new Date(clock.now()),
      }
      await kysely.insertInto('redactions').values(values).execute()
    },
    /** Begins it, or gives what was begun under this id its stretches anew. */
    async put(row: Omit<RedactionRow, 'target' | 'refused' | 'created_at'>): Promise<void> {
      const spans = JSON.stringify(row.spans)
      const values = { ...row, spans, target: null, refused: null, created_at: new Date(clock.now()) }
      await kysely
        .insertInto('redactions')
        .values(values)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ spans }))
        .execute()
    },
    /** Names what is about to be sealed, so that it is found should we die. */
    async aim(id: string, target: RecordingId): Promise<void> {
      await kysely.updateTable('redactions').set({ target }).where('id', '=', id).execute()
    },
    /** Something stands against it, and may go away. */
    async refuse(id: string, why: string): Promise<void> {
      await kysely.updateTable('redactions').set({ refused: why }).where('id', '=', id).execute()
    },
    /** It is done, or will not be. */
    async end(id: string): Promise<void> {
      await kysely.deleteFrom('redactions').where('id', '=', id).execute()
    },
    /** This node’s, in the order of their ids. */
    async waiting(page: { readonly after: string; readonly limit: number }): Promise<RedactionRow[]> {
      const rows = await kysely
        .selectFrom('redactions')
        .selectAll()
        .where(ownRows(db))
        .where('id', '>', page.after)
        .orderBy('id')
        .limit(page.limit)
        .execute()
      return rows as RedactionRow[]
    },
    /**
     * Lists the new recording and decides the old one's end, both or neither. `held`: a hold stands against it; `gone`: the old one is not
     * there to be replaced any more.
     */
    replace: (next: Replacement): Promise<'replaced' | 'held' | 'gone'> =>
      kysely.transaction().execute((tx) => replace(tx, next, new Date(clock.now()))),
  }
}
export type RedactionStore = ReturnType<typeof redactionStore>

async function replace(
  tx: Transaction<Schema>,
  { tenant, old, id, keyRef, node, sealed, marks, redaction }: Replacement,
  now: Date,
): Promise<'replaced' | 'held' | 'gone'> {
  // A hold that is being placed is seen, and one that comes now waits until this is decided.
  await sql`lock table holds in share mode`.execute(tx)
  const there = await sql<{ held: boolean }>`
    select ${isHeld(now, { tenant: 'o.tenant', call: 'o.call_id', at: 'o.created_at' })} as held
    from objects o left join calls c on c.id = o.call_id
    where o.id = ${old} and o.tenant = ${tenant} and o.state in ('spooled', 'stored') and o.claimed_at is null
    for update of o`.execute(tx)
  if (there.rows[0] === undefined) return 'gone'
  if (there.rows[0].held) return 'held'
  await sql`insert into recordings (id, call_id, tenant, state, node, started_at, ended_at, duration_ms, bytes, segments, sha256,
      key_ref, channels, replaces)
    select ${id}, call_id, tenant, state, ${node}, started_at, ended_at, ${sealed.durationMs}::bigint, ${sealed.bytes}::bigint,
      ${sealed.segments}::bigint, ${sealed.sha256}, ${keyRef}, channels, id
    from recordings where id = ${old}`.execute(tx)
  // When it was recorded decides which holds and policies it falls under, not when it was sealed anew.
  await sql`insert into objects (id, tenant, kind, call_id, node, bytes, sha256, hold, state, created_at, policy, policy_version, due_at)
    select ${id}, tenant, kind, call_id, ${node}, ${sealed.bytes}::bigint, ${sealed.sha256}, false, 'spooled', created_at,
      policy, policy_version, due_at
    from objects where id = ${old}`.execute(tx)
  await addMarks(tx, tenant, id, marks, now)
  await sql`update objects set state = 'deleting', claimed_at = ${now} where id = ${old}`.execute(tx)
  await sql`update recordings set state = 'deleted', replaced_by = ${id} where id = ${old}`.execute(tx)
  await sql`update redactions set recording = ${id} where recording = ${old} and id <> ${redaction}`.execute(
    tx,
  )
  await tx.deleteFrom('redactions').where('id', '=', redaction).execute()
  return 'replaced'
}

/** Keeps a recording's marks, in the order in which they are given. */
export async function addMarks(
  kysely: Kysely<Schema>,
  tenant: TenantId,
  recording: RecordingId,
  marks: readonly Mark[],
  at: Date,
): Promise<void> {
  for (let from = 0; from < marks.length; from += rowsAtOnce) {
    const rows = marks.slice(from, from + rowsAtOnce).map(({ channel, fromMs, toMs, kind, why }, index) => ({
      recording,
      number: from + index,
      tenant,
      channel,
      from_ms: fromMs,
      to_ms: toMs,
      kind,
      why,
      at,
    }))
    await kysely.insertInto('recording_marks').values(rows).execute()
  }
}
