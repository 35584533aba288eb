import { groupCommit, type CallId, type TenantId } from '#kernel'
import { callWrites, type CallUpdate } from './call-writes.ts'
import { blamesValue, DbError } from './error.ts'
import type { Database } from './open-database.ts'
import type { CallEventRow, CallRow, Schema } from './schema.ts'

export type NewCallEvent = Omit<CallEventRow, 'seq'> & { readonly call_id: CallId; readonly tenant: TenantId }
export type OrphanedCall = Pick<CallRow, 'id' | 'tenant' | 'app'> & { readonly answered: boolean }
export interface Page {
  /** Only rows with a lower id. */
  readonly before?: string | undefined
  readonly limit: number
}

/** Calls and their stories. Every promise rejects with `DbError`; a resolved write is on disk. */
export function callStore(db: Database) {
  const { kysely, seal } = db
  const writes = callWrites(db)
  const events = groupCommit<NewCallEvent>((items) => insertEvents(db, items), {
    maxBatch: 200,
    maxQueued: 20_000,
    overflow: () => new DbError('DB_OVERLOADED', 'too many story lines wait for the database'),
    blamesItem: blamesValue,
  })
  return {
    insert: (call: CallRow): Promise<void> => writes.insert(call),
    /** Changes what is given; what is absent or null stays as it is. */
    update: (id: CallId, change: CallUpdate): Promise<void> => writes.update(id, change),
    async get(tenant: TenantId, id: CallId): Promise<CallRow | undefined> {
      const row = await kysely
        .selectFrom('calls')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && openCall(db, row)
    },
    /** Newest first. */
    async list(
      tenant: TenantId,
      o: Page & { readonly state?: CallRow['state'] | undefined },
    ): Promise<CallRow[]> {
      let query = kysely.selectFrom('calls').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as CallId)
      if (o.state !== undefined) query = query.where('state', '=', o.state)
      const rows = await query.orderBy('id', 'desc').limit(o.limit).execute()
      return rows.map((row) => openCall(db, row))
    },
    /** The calls that a crash left open. To be asked before new ones come. */
    async orphans(): Promise<OrphanedCall[]> {
      const rows = await kysely
        .selectFrom('calls')
        .select(['id', 'tenant', 'app', 'answered_at'])
        .where('state', '<>', 'ended')
        .execute()
      return rows.map(({ answered_at: answeredAt, ...row }) => ({ ...row, answered: answeredAt !== null }))
    },
    /** Ends every call that a crash left open; how many there were. To be run before new ones come. */
    async endOrphans(endedAt: Date, reason: string): Promise<number> {
      const result = await kysely
        .updateTable('calls')
        .set({ state: 'ended', end_reason: reason, ended_at: endedAt })
        .where('state', '<>', 'ended')
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },
    /** Adds a line to a call's story; lines of one moment share a commit. */
    addEvent: (event: NewCallEvent): Promise<void> => events.add(event),
    async story(tenant: TenantId, callId: CallId): Promise<CallEventRow[]> {
      const rows = await kysely
        .selectFrom('call_events')
        .select(['seq', 'at', 'kind', 'fields_sealed'])
        .where('tenant', '=', tenant)
        .where('call_id', '=', callId)
        .orderBy('seq')
        .execute()
      return rows.map(({ fields_sealed, ...row }) => ({
        ...row,
        fields: JSON.parse(seal.open(fields_sealed, `call_events ${callId}`)) as CallEventRow['fields'],
      }))
    },
    /** Resolves when every story line added so far is on disk or was refused. */
    settled: () => events.settled(),
  }
}
export type CallStore = ReturnType<typeof callStore>

async function insertEvents({ kysely, seal }: Database, items: readonly NewCallEvent[]): Promise<void> {
  const rows = items.map(({ fields, ...event }) => ({
    ...event,
    fields_sealed: seal.seal(JSON.stringify(fields), `call_events ${event.call_id}`),
  }))
  await kysely.insertInto('call_events').values(rows).execute()
}

function openCall(db: Database, row: Schema['calls']): CallRow {
  const { from_sealed, to_sealed, ladder_sealed, variables_sealed, ...plain } = row
  const open = (name: string, sealed: string) => db.seal.open(sealed, `calls.${name} ${row.id}`)
  return {
    ...plain,
    from: open('from', from_sealed),
    to: open('to', to_sealed),
    ladder: ladder_sealed === null ? null : (JSON.parse(open('ladder', ladder_sealed)) as unknown),
    variables:
      variables_sealed === null
        ? null
        : (JSON.parse(open('variables', variables_sealed)) as CallRow['variables']),
  }
}
