import { sql } from 'kysely'
import type { CallId, SubjectRequestId, TenantId } from '#kernel'
import type { Page } from './call-store.ts'
import type { Database } from './open-database.ts'
import { openEvent } from './outbox-store.ts'
import { retainedCallColumns, type RetainedCall } from './retention-store.ts'
import type { SubjectRequestRow } from './schema-retention.ts'
import type { OutboxRow } from './schema.ts'

/** Whom a request is about: by the keyed hash of a number, or by the id of a call or recording. */
export type SubjectKey =
  | { readonly kind: 'index'; readonly index: string }
  | { readonly kind: 'id'; readonly id: string }

/** How much hangs on one call. */
export interface CallFindings {
  readonly recordings: number
  readonly transcripts: number
  readonly analytics: number
  readonly events: number
  readonly outbox: number
  readonly bytes: number
}

/** An event that an app was sent, or is to be. */
export interface SentEvent {
  readonly id: string
  readonly type: string
  readonly created_at: Date
  readonly state: string
  readonly body: string
}

/** Data subjects' requests, and what is found of them. Every promise rejects with `DbError`; a resolved write is on disk. */
export function subjectStore(db: Database) {
  const { kysely } = db
  const asRequest = (row: { report: unknown }) => row as SubjectRequestRow
  return {
    async insert(row: SubjectRequestRow): Promise<void> {
      await db.asTenant(row.tenant).insertInto('subject_requests').values(row).execute()
    },
    async get(tenant: TenantId, id: SubjectRequestId): Promise<SubjectRequestRow | undefined> {
      const row = await db
        .asTenant(tenant)
        .selectFrom('subject_requests')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && asRequest(row)
    },
    /** Newest first. */
    async list(tenant: TenantId, o: Page): Promise<SubjectRequestRow[]> {
      let query = db.asTenant(tenant).selectFrom('subject_requests').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as SubjectRequestId)
      return (await query.orderBy('id', 'desc').limit(o.limit).execute()).map(asRequest)
    },
    /** The oldest request that waits, or that a crash cut off. */
    async next(): Promise<SubjectRequestRow | undefined> {
      const row = await kysely
        .selectFrom('subject_requests')
        .selectAll()
        .where('state', 'in', ['waiting', 'running'])
        .orderBy('id')
        .limit(1)
        .executeTakeFirst()
      return row && asRequest(row)
    },
    async running(id: SubjectRequestId): Promise<void> {
      await kysely.updateTable('subject_requests').set({ state: 'running' }).where('id', '=', id).execute()
    },
    /** Ends a request. `forget`: whom it was about is not kept any more. */
    async end(
      id: SubjectRequestId,
      o: {
        readonly at: Date
        readonly report: object | null
        readonly error: string | null
        readonly forget: boolean
      },
    ): Promise<void> {
      await kysely
        .updateTable('subject_requests')
        .set({
          state: o.error === null ? 'done' : 'failed',
          ended_at: o.at,
          report: o.report === null ? null : JSON.stringify(o.report),
          error: o.error,
          ...(o.forget && { subject_index: null, subject_id: null }),
        })
        .where('id', '=', id)
        .execute()
    },
    /** Whom the finished requests up to then were about; and rows that are older than `gone` altogether. */
    async forget(until: Date, gone: Date): Promise<void> {
      await kysely
        .updateTable('subject_requests')
        .set({ subject_index: null, subject_id: null })
        .where('ended_at', '<', until)
        .where((eb) => eb.or([eb('subject_index', 'is not', null), eb('subject_id', 'is not', null)]))
        .execute()
      await kysely.deleteFrom('subject_requests').where('ended_at', '<', gone).execute()
    },
    async calls(
      tenant: TenantId,
      key: SubjectKey,
      page: { readonly after: string; readonly limit: number; readonly now: Date },
    ): Promise<readonly RetainedCall[]> {
      const fits =
        key.kind === 'index'
          ? sql`(${key.index} in (c.from_index, c.to_index) or c.id in (
              select call_id from call_parties where tenant = ${tenant} and party_index = ${key.index}))`
          : sql`(c.id = ${key.id} or c.id in (select call_id from recordings where tenant = ${tenant} and id = ${key.id}
              union select call_id from transcripts where tenant = ${tenant} and id = ${key.id}))`
      const found = await sql<RetainedCall>`select ${retainedCallColumns(page.now)} from calls c
        where c.tenant = ${tenant} and ${fits} and c.id > ${page.after} order by c.id limit ${page.limit}`.execute(
        db.asTenant(tenant),
      )
      return found.rows
    },
    async findings(tenant: TenantId, call: CallId): Promise<CallFindings> {
      const objects = (kind: string) =>
        sql`(select count(*) from objects where call_id = ${call} and kind = ${kind} and state <> 'deleted')`
      const found = await sql<CallFindings>`select ${objects('audio')} as recordings,
        ${objects('transcript')} as transcripts, ${objects('analytics')} as analytics,
        (select count(*) from call_events where call_id = ${call}) as events,
        (select count(*) from outbox where call_id = ${call}) as outbox,
        (select coalesce(sum(bytes), 0)::bigint from objects where call_id = ${call} and state <> 'deleted') as bytes`.execute(
        db.asTenant(tenant),
      )
      const [row] = found.rows
      if (row === undefined) throw new TypeError('a query of counts has a row')
      return row
    },
    /** What an app was sent about a call. */
    async sent(tenant: TenantId, call: CallId): Promise<readonly SentEvent[]> {
      const rows = await db
        .asTenant(tenant)
        .selectFrom('outbox')
        .select(['id', 'type', 'created_at', 'state', 'body_sealed'])
        .where('tenant', '=', tenant)
        .where('call_id', '=', call)
        .orderBy('id')
        .execute()
      return rows.map(({ body_sealed, ...row }) => ({
        ...row,
        body: sentBody(openEvent(db.seal, tenant, { id: row.id, body_sealed })),
      }))
    },
    /** How many rows still lead to a person. */
    async leftOf(tenant: TenantId, index: string): Promise<number> {
      const found = await sql<{ left: number }>`select (select count(*) from calls
          where tenant = ${tenant} and ${index} in (from_index, to_index)) + (select count(*) from call_parties
          where tenant = ${tenant} and party_index = ${index}) as left`.execute(db.asTenant(tenant))
      return found.rows[0]?.left ?? 0
    },
  }
}

/** What went with GET in place of a body stands in the address; the rest of that is the app's own, and no data. */
function sentBody({ body, to }: Pick<OutboxRow, 'body' | 'to'>): string {
  return body === '' && to?.method === 'GET' ? new URL(to.url).search.slice(1) : body
}

export type SubjectStore = ReturnType<typeof subjectStore>
