import type { Insertable } from 'kysely'
import { groupCommit, type AppId, type EventId, type TenantId } from '#kernel'
import { DbError } from './error.ts'
import type { Database } from './open-database.ts'
import type { DeliveryRow, OutboxRow, Schema } from './schema.ts'

export type OutboxChange = Pick<OutboxRow, 'attempt' | 'next_at' | 'state' | 'last_status' | 'last_error'>

/** What is left out of an answer: apps that are busy, and events that are under way. */
export interface OutboxExcept {
  readonly apps: readonly AppId[]
  readonly ids: readonly EventId[]
}

const columns = [
  'id',
  'app',
  'call_id',
  'type',
  'body_sealed',
  'created_at',
  'attempt',
  'next_at',
  'state',
  'last_status',
  'last_error',
] as const

/** Events of one moment share a commit; a queue this long means that the disk stands still. */
const bounds = {
  maxBatch: 200,
  maxQueued: 20_000,
  overflow: () => new DbError('DB_OVERLOADED', 'too many events wait for the database'),
}

/**
 * Events to deliver and the log of attempts. Every promise rejects with `DbError`; a resolved write is on disk.
 *
 * @param tenantOf - Whose events an app's are.
 */
export function outboxStore(db: Database, tenantOf: (app: AppId) => TenantId) {
  const { kysely, seal } = db
  const inserts = groupCommit<OutboxRow>(async (rows) => {
    const values = rows.map(({ body, ...row }) => ({
      ...row,
      tenant: tenantOf(row.app),
      body_sealed: seal.seal(body, `outbox ${row.id}`),
    }))
    await kysely.insertInto('outbox').values(values).execute()
  }, bounds)
  const deliveries = groupCommit<Insertable<Schema['deliveries']>>(async (rows) => {
    await kysely
      .insertInto('deliveries')
      .values([...rows])
      .execute()
  }, bounds)
  return {
    insert: (row: OutboxRow): Promise<void> => inserts.add(row),
    async get(id: EventId): Promise<OutboxRow | undefined> {
      const row = await kysely.selectFrom('outbox').select(columns).where('id', '=', id).executeTakeFirst()
      return row && openRow(db, row)
    },
    /** Pending events with `next_at` not after `at`, earliest first. */
    async due(at: Date, limit: number, except: OutboxExcept): Promise<OutboxRow[]> {
      const rows = await pending(db, except).where('next_at', '<=', at).select(columns).limit(limit).execute()
      return rows.map((row) => openRow(db, row))
    },
    /** The earliest `next_at` of the pending events. */
    async nextAt(except: OutboxExcept): Promise<Date | undefined> {
      return (await pending(db, except).select('next_at').limit(1).executeTakeFirst())?.next_at
    },
    /** Changes an event and logs the attempt that changed it, both or neither. */
    async settle(id: EventId, change: OutboxChange, delivery?: DeliveryRow): Promise<void> {
      await kysely.transaction().execute(async (transaction) => {
        const settled = await transaction
          .updateTable('outbox')
          .set(change)
          .where('id', '=', id)
          .returning('tenant')
          .executeTakeFirst()
        if (settled === undefined || delivery === undefined) return
        await transaction.insertInto('deliveries').values(columnsOf(settled.tenant, delivery)).execute()
      })
    },
    /** Logs an attempt that no event waits for: a decision that an app was asked for. */
    addDelivery: (tenant: TenantId, delivery: DeliveryRow): Promise<void> =>
      deliveries.add(columnsOf(tenant, delivery)),
    async deliveriesOf(event: EventId): Promise<DeliveryRow[]> {
      const rows = await kysely
        .selectFrom('deliveries')
        .selectAll()
        .where('event_id', '=', event)
        .orderBy('seq')
        .execute()
      return rows.map(({ event_id, attempt, url, at, duration_ms, status, error }) => ({
        event: event_id,
        attempt,
        url,
        atMs: at.getTime(),
        durationMs: duration_ms,
        status: status ?? undefined,
        error: error ?? undefined,
      }))
    },
    /** Forgets delivered and dead events that were created before, and attempts as old. */
    async prune(before: Date): Promise<void> {
      await kysely
        .deleteFrom('outbox')
        .where('state', '<>', 'pending')
        .where('created_at', '<', before)
        .execute()
      await kysely.deleteFrom('deliveries').where('at', '<', before).execute()
    },
  }
}
export type OutboxStore = ReturnType<typeof outboxStore>

function pending({ kysely }: Database, except: OutboxExcept) {
  let query = kysely.selectFrom('outbox').where('state', '=', 'pending').orderBy('next_at').orderBy('id')
  if (except.apps.length > 0) query = query.where('app', 'not in', except.apps)
  if (except.ids.length > 0) query = query.where('id', 'not in', except.ids)
  return query
}

function columnsOf(tenant: TenantId, delivery: DeliveryRow): Insertable<Schema['deliveries']> {
  return {
    event_id: delivery.event,
    tenant,
    attempt: delivery.attempt,
    at: new Date(delivery.atMs),
    url: delivery.url,
    status: delivery.status ?? null,
    error: delivery.error ?? null,
    duration_ms: Math.round(delivery.durationMs),
  }
}

function openRow({ seal }: Database, { body_sealed, ...row }: Omit<Schema['outbox'], 'tenant'>): OutboxRow {
  return { ...row, body: seal.open(body_sealed, `outbox ${row.id}`) }
}
