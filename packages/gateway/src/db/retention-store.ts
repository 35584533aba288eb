import { sql } from 'kysely'
import type { CallId, TenantId } from '#kernel'
import { isHeld } from './held.ts'
import type { Database } from './open-database.ts'
import type { ObjectRow } from './schema-objects.ts'

/** A call as the sweep sees it. */
export interface RetainedCall {
  readonly id: CallId
  readonly tenant: TenantId
  readonly label: string | null
  readonly started_at: Date
  readonly ended: boolean
  readonly policy: string | null
  /** When each part is due; null before it was first judged. */
  readonly retain: Readonly<Record<string, string | null>> | null
  readonly due_at: Date | null
  readonly held: boolean
}

/** A sealed object as the sweep sees it; label and beginning are its call's. */
export interface RetainedObject extends Pick<
  ObjectRow,
  'id' | 'tenant' | 'kind' | 'call_id' | 'bytes' | 'lock_mode' | 'lock_until'
> {
  readonly state: string
  readonly label: string | null
  readonly started_at: Date
  readonly policy: string | null
  readonly due_at: Date | null
  readonly held: boolean
}

/** What is judged of a row: by which policy, and when it is due. */
export interface Judgement {
  readonly id: string
  readonly policy: string
  readonly due_at: Date | null
  /** Of a call: when each part is due. */
  readonly retain?: Readonly<Record<string, string | null>>
}

/** Where a batch ended; the next begins after it. */
export interface DueCursor {
  readonly dueAt: Date
  readonly id: string
}

/** Parts of a call that can be deleted alone; `calls` is the row with all that hangs on it. */
export type DroppedPart = 'numbers' | 'story' | 'ladders' | 'receipts' | 'deliveries' | 'calls'

export const retainedCallColumns = (
  now: Date,
) => sql<RetainedCall>`c.id, c.tenant, c.label, c.started_at, c.state = 'ended' as ended,
  c.policy, c.retain, c.due_at, ${isHeld(now, { tenant: 'c.tenant', call: 'c.id', at: 'c.started_at' })} as held`

const objectColumns = (
  now: Date,
) => sql<RetainedObject>`o.id, o.tenant, o.kind, o.call_id, o.bytes, o.lock_mode,
  o.lock_until, o.state, c.label, coalesce(c.started_at, o.created_at) as started_at, o.policy, o.due_at,
  ${isHeld(now, { tenant: 'o.tenant', call: 'o.call_id', at: 'o.created_at' })} as held`

/** What is sealed in a spool first and then listed as an object. */
const sealedFiles = sql`(select id, tenant, 'audio' as kind, call_id, state, started_at from recordings union all
  select id, tenant, 'transcript', call_id, case state when 'writing' then 'recording' else state end, started_at from transcripts) r`

/** A recording or transcript that was never listed as an object, as if it were one. */
const unlistedColumns = (
  now: Date,
) => sql<RetainedObject>`r.id, r.tenant, r.kind, r.call_id, 0 as bytes, null as lock_mode,
  null::timestamptz as lock_until, r.state, c.label, coalesce(c.started_at, r.started_at) as started_at,
  null as policy, null::timestamptz as due_at,
  ${isHeld(now, { tenant: 'r.tenant', call: 'r.call_id', at: 'r.started_at' })} as held`

const isFailedWithKey = sql`r.state = 'failed' and exists (select 1 from data_keys k where k.object = r.id)`

const objectsWithCalls = sql`objects o left join calls c on c.id = o.call_id`

/** What is due when, and its deletion. Every promise rejects with `DbError`; a resolved write is on disk. */
export function retentionStore({ kysely }: Database) {
  const rows = async <Row>(query: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> =>
    (await query.execute(kysely)).rows
  return {
    async mark(name: string): Promise<string | undefined> {
      const row = await kysely
        .selectFrom('retention_marks')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst()
      return row?.value
    },
    async setMark(name: string, value: string): Promise<void> {
      await kysely
        .insertInto('retention_marks')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
    /** Calls that were not judged yet, or (`all`) under another version of the policies. */
    callsToJudge: (version: string, all: boolean, limit: number, now: Date) =>
      rows<RetainedCall>(sql`select ${retainedCallColumns(now)} from calls c
        where ${all ? sql`c.policy_version is distinct from ${version}` : sql`c.policy_version is null`}
        order by c.id limit ${limit}`),
    objectsToJudge: (version: string, all: boolean, limit: number, now: Date) =>
      rows<RetainedObject>(sql`select ${objectColumns(now)} from ${objectsWithCalls}
        where ${all ? sql`o.policy_version is distinct from ${version}` : sql`o.policy_version is null`}
        order by o.id limit ${limit}`),
    call: async (tenant: TenantId, id: CallId, now: Date): Promise<RetainedCall | undefined> =>
      (
        await rows<RetainedCall>(
          sql`select ${retainedCallColumns(now)} from calls c where c.tenant = ${tenant} and c.id = ${id}`,
        )
      )[0],
    /** What hangs on one call, to be judged again because its label changed. */
    objectsOf: (call: CallId, now: Date) =>
      rows<RetainedObject>(
        sql`select ${objectColumns(now)} from ${objectsWithCalls} where o.call_id = ${call}`,
      ),
    async judgeCalls(version: string, judged: readonly Judgement[], label?: string | null): Promise<void> {
      await sql`update calls set policy = j.policy, policy_version = ${version}, due_at = j.due_at, retain = j.retain
          ${label === undefined ? sql`` : sql`, label = ${label}`}
        from json_to_recordset(${JSON.stringify(judged)}::text::json)
          as j(id text, policy text, due_at timestamptz, retain jsonb) where calls.id = j.id`.execute(kysely)
    },
    async judgeObjects(version: string, judged: readonly Judgement[]): Promise<void> {
      await sql`update objects set policy = j.policy, policy_version = ${version}, due_at = j.due_at
        from json_to_recordset(${JSON.stringify(judged)}::text::json) as j(id text, policy text, due_at timestamptz)
        where objects.id = j.id`.execute(kysely)
    },
    dueCalls: (now: Date, after: DueCursor | undefined, limit: number) =>
      rows<RetainedCall>(sql`select ${retainedCallColumns(now)} from calls c where c.due_at <= ${now} and c.state = 'ended'
        ${after === undefined ? sql`` : sql`and (c.due_at, c.id) > (${after.dueAt}, ${after.id})`}
        order by c.due_at, c.id limit ${limit}`),
    dueObjects: (now: Date, after: DueCursor | undefined, limit: number) =>
      rows<RetainedObject>(sql`select ${objectColumns(now)} from ${objectsWithCalls}
        where o.due_at <= ${now} and o.state <> 'deleted'
        ${after === undefined ? sql`` : sql`and (o.due_at, o.id) > (${after.dueAt}, ${after.id})`}
        order by o.due_at, o.id limit ${limit}`),
    /** Objects whose deletion was decided and not carried through. */
    claimedObjects: (now: Date, limit: number, after: string) =>
      rows<RetainedObject>(sql`select ${objectColumns(now)} from ${objectsWithCalls}
        where o.claimed_at is not null and o.state <> 'deleted' and o.id > ${after} order by o.id limit ${limit}`),
    /** Decides an object's deletion; false when a hold stands against it. From then on it is carried through. */
    claimObject: (id: string, now: Date): Promise<boolean> =>
      kysely.transaction().execute(async (tx) => {
        // A hold that is being placed is seen, and one that comes now waits until this is decided.
        await sql`lock table holds in share mode`.execute(tx)
        const claimed = await sql`update objects set claimed_at = coalesce(claimed_at, ${now})
          where id = ${id} and (claimed_at is not null or not exists (select 1 from objects o left join calls c on c.id = o.call_id where o.id = ${id}
            and ${isHeld(now, { tenant: 'o.tenant', call: 'o.call_id', at: 'o.created_at' })}))
          returning id`.execute(tx)
        if (claimed.rows.length > 0) return true
        // A recording that failed was never listed as an object: whoever asks knows whether it is held.
        return (await sql`select 1 from objects where id = ${id}`.execute(tx)).rows.length === 0
      }),
    /** Recordings and transcripts that failed, whose key is still there: nobody can open them, but they are sealed all the same. */
    failedRecordings: (now: Date, after: string, limit: number) =>
      rows<RetainedObject>(sql`select ${unlistedColumns(now)} from ${sealedFiles} left join calls c on c.id = r.call_id
        where ${isFailedWithKey} and r.id > ${after} order by r.id limit ${limit}`),
    /** Recordings and transcripts of one call that are no objects: those that are not settled yet, and those that failed. */
    unlistedOf: (call: CallId, now: Date) =>
      rows<RetainedObject>(sql`select ${unlistedColumns(now)} from ${sealedFiles} left join calls c on c.id = r.call_id
        where r.call_id = ${call} and (r.state = 'recording' or ${isFailedWithKey}) order by r.id`),
    /** What is left of an object and its key: what a deletion is verified by. */
    async remains(id: string) {
      const [found] = await rows<{ state: string | null; key: boolean; wrapped_sha256: string | null }>(
        sql`select (select state from objects where id = ${id}) as state,
          exists (select 1 from data_keys where object = ${id}) as key,
          (select wrapped_sha256 from shredded_keys where object = ${id}) as wrapped_sha256`,
      )
      return {
        objectGone: found?.state === 'deleted' || found?.state === null,
        keyGone: found?.key === false,
        wrappedKeySha256: found?.wrapped_sha256 ?? null,
      }
    },
    dropCallParts: (id: CallId, parts: readonly DroppedPart[], next: NextDue, now: Date): Promise<Dropped> =>
      kysely.transaction().execute(async (tx) => {
        const row = { tenant: 'c.tenant', call: 'c.id', at: 'c.started_at' }
        // A hold that is placed now waits until this is done.
        await sql`lock table holds in share mode`.execute(tx)
        const locked = await sql`select c.id from calls c where c.id = ${id} for update`.execute(tx)
        if (locked.rows.length === 0) return 'gone'
        const held = await sql`select 1 from calls c where c.id = ${id} and ${isHeld(now, row)}`.execute(tx)
        if (held.rows.length > 0) return 'held'
        if (parts.includes('calls')) {
          const kept = await sql`select 1 from objects where call_id = ${id} and state <> 'deleted'
            union all select 1 from ${sealedFiles} where r.call_id = ${id} and (r.state = 'recording' or ${isFailedWithKey})`.execute(
            tx,
          )
          if (kept.rows.length > 0) return 'objects-remain'
        }
        for (const statement of dropping(id, parts, next)) await statement.execute(tx)
        return 'dropped'
      }),
    async addParty(call: CallId, tenant: TenantId, index: string): Promise<void> {
      await kysely
        .insertInto('call_parties')
        .values({ call_id: call, tenant, party_index: index })
        .onConflict((conflict) => conflict.columns(['call_id', 'party_index']).doNothing())
        .execute()
    },
    /** Puts off what cannot be deleted yet. */
    async postpone(what: 'calls' | 'objects', id: string, until: Date): Promise<void> {
      await sql`update ${sql.table(what)} set due_at = ${until} where id = ${id}`.execute(kysely)
    },
    /** A page of a tenant's calls, or of all, for a plan. */
    calls: (now: Date, after: string, limit: number, tenant?: TenantId) =>
      rows<RetainedCall>(sql`select ${retainedCallColumns(now)} from calls c where c.id > ${after}
        ${tenant === undefined ? sql`` : sql`and c.tenant = ${tenant}`} order by c.id limit ${limit}`),
    objects: (now: Date, after: string, limit: number, tenant?: TenantId) =>
      rows<RetainedObject>(sql`select ${objectColumns(now)} from ${objectsWithCalls}
        where o.id > ${after} and o.state <> 'deleted'
        ${tenant === undefined ? sql`` : sql`and o.tenant = ${tenant}`} order by o.id limit ${limit}`),
  }
}
export type RetentionStore = ReturnType<typeof retentionStore>

interface NextDue {
  readonly retain: Readonly<Record<string, string | null>>
  readonly dueAt: Date | null
}

/** `held`: a hold stands against it; `objects-remain`: the row is kept for what hangs on it; `gone`: there is no such call. */
export type Dropped = 'dropped' | 'held' | 'objects-remain' | 'gone'

/** Of a receipt what names nobody: the quality of the audio, and how the call ended. */
const aggregates = sql`case when receipt is null then null else
  jsonb_build_object('quality', receipt->'quality', 'endReason', receipt->'endReason') end`

/** Numbers become an empty text, which reads as "erased"; what has no content stays. */
function dropping(id: CallId, parts: readonly DroppedPart[], { retain, dueAt }: NextDue) {
  const has = (part: DroppedPart) => parts.includes(part) || parts.includes('calls')
  return [
    ...(has('numbers')
      ? [
          sql`delete from call_parties where call_id = ${id}`,
          sql`delete from call_legs where call_id = ${id}`,
        ]
      : []),
    ...(has('story') ? [sql`delete from call_events where call_id = ${id}`] : []),
    ...(has('receipts') ? [sql`delete from call_receipts where call_id = ${id}`] : []),
    ...(has('deliveries')
      ? [
          sql`delete from deliveries where event_id in (select id from outbox where call_id = ${id})`,
          sql`delete from outbox where call_id = ${id}`,
        ]
      : []),
    ...(parts.includes('calls')
      ? [
          sql`delete from objects where call_id = ${id}`,
          sql`delete from recordings where call_id = ${id}`,
          sql`delete from transcripts where call_id = ${id}`,
          sql`delete from calls where id = ${id}`,
        ]
      : [
          sql`update calls set retain = ${JSON.stringify(retain)}::text::jsonb, due_at = ${dueAt}
            ${has('numbers') ? sql`, from_sealed = '', to_sealed = '', from_index = null, to_index = null, variables_sealed = null` : sql``}
            ${has('ladders') ? sql`, ladder_sealed = null` : sql``}
            ${has('receipts') ? sql`, receipt = ${aggregates}` : sql``} where id = ${id}`,
        ]),
  ]
}
