import { groupCommit, type CallId, type TenantId } from '#kernel'
import { callWrites, type CallUpdate } from './call-writes.ts'
import { blamesValue, DbError } from './error.ts'
import type { Database } from './open-database.ts'
import { ownRows } from './own-rows.ts'
import type { CallEventRow, CallRow, Schema } from './schema.ts'
import type { CallRetentionColumns } from './schema-retention.ts'

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
  const events = groupCommit<SealedEvent>((items) => insertEvents(db, items), {
    maxBatch: 200,
    maxQueued: 20_000,
    overflow: () => new DbError('DB_OVERLOADED', 'too many story lines wait for the database'),
    blamesItem: blamesValue,
  })
  return {
    /** A call whose retention is not given is judged by the next sweep. */
    insert: (call: CallRow, kept?: Partial<CallRetentionColumns>): Promise<void> => writes.insert(call, kept),
    /** Changes what is given; what is absent or null stays as it is. */
    update: (tenant: TenantId, id: CallId, change: CallUpdate): Promise<void> =>
      writes.update(tenant, id, change),
    async get(tenant: TenantId, id: CallId): Promise<CallRow | undefined> {
      const row = await db
        .asTenant(tenant)
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
      let query = db.asTenant(tenant).selectFrom('calls').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as CallId)
      if (o.state !== undefined) query = query.where('state', '=', o.state)
      const rows = await query.orderBy('id', 'desc').limit(o.limit).execute()
      return rows.map((row) => openCall(db, row))
    },
    /** This node's calls that a crash left open. To be asked before new ones come. */
    async orphans(): Promise<OrphanedCall[]> {
      const rows = await kysely
        .selectFrom('calls')
        .select(['id', 'tenant', 'app', 'answered_at'])
        .where('state', '<>', 'ended')
        .where(ownRows(db))
        .execute()
      return rows.map(({ answered_at: answeredAt, ...row }) => ({ ...row, answered: answeredAt !== null }))
    },
    /** Ends every call of this node that a crash left open; how many there were. To be run before new ones come. */
    async endOrphans(endedAt: Date, reason: string): Promise<number> {
      const result = await kysely
        .updateTable('calls')
        .set({ state: 'ended', end_reason: reason, ended_at: endedAt })
        .where('state', '<>', 'ended')
        .where(ownRows(db))
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },
    /** Adds a line to a call's story; lines of one moment share a commit. */
    addEvent: async (event: NewCallEvent): Promise<void> => events.add(sealEvent(db, event)),
    async story(tenant: TenantId, callId: CallId): Promise<CallEventRow[]> {
      const rows = await db
        .asTenant(tenant)
        .selectFrom('call_events')
        .select(['seq', 'at', 'kind', 'fields_sealed'])
        .where('tenant', '=', tenant)
        .where('call_id', '=', callId)
        .orderBy('seq')
        .execute()
      return rows.map(({ fields_sealed, ...row }) => ({
        ...row,
        fields: JSON.parse(
          seal.open(tenant, fields_sealed, `call_events ${callId}`),
        ) as CallEventRow['fields'],
      }))
    },
    /** Resolves when every story line added so far is on disk or was refused. */
    settled: () => events.settled(),
  }
}
export type CallStore = ReturnType<typeof callStore>

type SealedEvent = Omit<NewCallEvent, 'fields'> & { readonly fields_sealed: string }

/** Before it waits with others: a tenant whose key is closed must not hold up theirs. */
function sealEvent({ seal }: Database, { fields, ...event }: NewCallEvent): SealedEvent {
  const context = `call_events ${event.call_id}`
  return { ...event, fields_sealed: seal.seal(event.tenant, JSON.stringify(fields), context) }
}

async function insertEvents({ kysely }: Database, items: readonly SealedEvent[]): Promise<void> {
  await kysely
    .insertInto('call_events')
    .values([...items])
    .execute()
}

/** What stands for a number that was deleted, while the call’s row is kept. */
const erasedNumber = 'erased'

function openCall(db: Database, row: Schema['calls']): CallRow {
  const open = (name: string, sealed: string) =>
    sealed === '' ? erasedNumber : db.seal.open(row.tenant, sealed, `calls.${name} ${row.id}`)
  const parse = (name: string, sealed: string | null): unknown =>
    sealed === null ? null : JSON.parse(open(name, sealed))
  return {
    id: row.id,
    tenant: row.tenant,
    app: row.app,
    trunk: row.trunk,
    direction: row.direction,
    from: open('from', row.from_sealed),
    to: open('to', row.to_sealed),
    state: row.state,
    end_reason: row.end_reason,
    started_at: row.started_at,
    answered_at: row.answered_at,
    ended_at: row.ended_at,
    receipt: row.receipt,
    ladder: parse('ladder', row.ladder_sealed),
    variables: parse('variables', row.variables_sealed) as CallRow['variables'],
  }
}
