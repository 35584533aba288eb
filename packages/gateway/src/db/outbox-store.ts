import { sql, type Insertable } from 'kysely'
import { groupCommit, type AppId, type EventId, type TenantId } from '#kernel'
import { isKeyClosed, isSealBroken } from './closed-key.ts'
import { blamesValue, DbError } from './error.ts'
import type { Database } from './open-database.ts'
import { ownRows } from './own-rows.ts'
import type { DeliveryRow, OutboxRow, Schema } from './schema.ts'

export type OutboxChange = Pick<OutboxRow, 'attempt' | 'next_at' | 'state' | 'last_status' | 'last_error'>

/** What is left out of an answer: apps that are busy, and events that are under way. */
export interface OutboxExcept {
  readonly apps: readonly AppId[]
  readonly ids: readonly EventId[]
}

const columns = [
  'id',
  'tenant',
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
  blamesItem: blamesValue,
}

/** How long an event waits whose tenant's keys are closed; it counts as no attempt. */
const closedRetryMs = 60_000

interface Settling {
  readonly id: EventId
  readonly change: OutboxChange
  readonly delivery: DeliveryRow | undefined
}

/**
 * Events to deliver and the log of attempts. Every promise rejects with `DbError`; a resolved write is on disk.
 *
 * @param tenantOf - Whose events an app's are.
 */
export function outboxStore(db: Database, tenantOf: (app: AppId) => TenantId) {
  const { kysely, seal } = db
  const inserts = groupCommit<Schema['outbox']>(async (rows) => {
    await kysely
      .insertInto('outbox')
      .values([...rows])
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }, bounds)
  const deliveries = groupCommit<Insertable<Schema['deliveries']>>(async (rows) => {
    await kysely
      .insertInto('deliveries')
      .values([...rows])
      .execute()
  }, bounds)
  const settlements = groupCommit<Settling>((items) => settleAll(db, items), bounds)
  return {
    /** One whose id is there already is the same event, and left as it is. */
    async insert({ body, to, ...row }: OutboxRow): Promise<void> {
      const tenant = tenantOf(row.app)
      // Before it waits with others: a tenant whose key is closed must not hold up theirs.
      const body_sealed = seal.seal(tenant, JSON.stringify({ body, to }), `outbox ${row.id}`)
      await inserts.add({ ...row, tenant, node: db.node, body_sealed })
    },
    async get(id: EventId): Promise<OutboxRow | undefined> {
      const row = await kysely.selectFrom('outbox').select(columns).where('id', '=', id).executeTakeFirst()
      return row && openRow(db, row)
    },
    /**
     * Pending events with `next_at` not after `at`, earliest first. Those of a tenant whose keys are closed are put off for a minute; one that
     * somebody changed is dead, with `tampered` as its error, and holds up no other.
     */
    async due(at: Date, limit: number, except: OutboxExcept): Promise<OutboxRow[]> {
      const rows = await pending(db, except).where('next_at', '<=', at).select(columns).limit(limit).execute()
      const closed: EventId[] = []
      const broken: EventId[] = []
      const open = rows.flatMap((row) => {
        try {
          return [openRow(db, row)]
        } catch (error) {
          if (isKeyClosed(error)) closed.push(row.id)
          else if (isSealBroken(error)) broken.push(row.id)
          else throw error
          return []
        }
      })
      if (broken.length > 0) await giveUp(db, broken)
      if (closed.length > 0) await putOff(db, closed, new Date(at.getTime() + closedRetryMs))
      return open
    },
    /** The earliest `next_at` of the pending events. */
    async nextAt(except: OutboxExcept): Promise<Date | undefined> {
      return (await pending(db, except).select('next_at').limit(1).executeTakeFirst())?.next_at
    },
    /** Changes an event and logs the attempt that changed it, both or neither. */
    settle: (id: EventId, change: OutboxChange, delivery?: DeliveryRow): Promise<void> =>
      settlements.add({ id, change, delivery }),
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

/** One statement for all of them: the changes as one list, the attempts as another. */
async function settleAll({ kysely }: Database, items: readonly Settling[]): Promise<void> {
  // A list may name an event once: of several changes the last one stands, as it would one after the other.
  const changes = new Map(items.map(({ id, change }) => [id, { id, ...change }]))
  const attempts = items.flatMap(({ delivery }) => delivery ?? []).map(attemptColumns)
  await sql`
    with change as (
      select * from json_to_recordset(${JSON.stringify([...changes.values()])}::text::json)
        as c(id text, attempt int, next_at timestamptz, state text, last_status int, last_error text)
    ), settled as (
      update outbox set attempt = change.attempt, next_at = change.next_at, state = change.state,
        last_status = change.last_status, last_error = change.last_error
      from change where outbox.id = change.id returning outbox.id, outbox.tenant
    )
    insert into deliveries (event_id, tenant, attempt, at, url, status, error, duration_ms)
    select a.event_id, settled.tenant, a.attempt, a.at, a.url, a.status, a.error, a.duration_ms
    from json_to_recordset(${JSON.stringify(attempts)}::text::json)
      as a(event_id text, attempt int, at timestamptz, url text, status int, error text, duration_ms bigint)
    join settled on settled.id = a.event_id`.execute(kysely)
}

/** Each node delivers what it put in: of several that share the database none sends what another is sending. */
function pending(db: Database, except: OutboxExcept) {
  let query = db.kysely
    .selectFrom('outbox')
    .where('state', '=', 'pending')
    .where(ownRows(db))
    .orderBy('next_at')
    .orderBy('id')
  if (except.apps.length > 0) query = query.where('app', 'not in', except.apps)
  if (except.ids.length > 0) query = query.where('id', 'not in', except.ids)
  return query
}

async function giveUp({ kysely }: Database, ids: readonly EventId[]): Promise<void> {
  await kysely
    .updateTable('outbox')
    .set({ state: 'dead', last_error: 'tampered' })
    .where('id', 'in', ids)
    .execute()
}

async function putOff({ kysely }: Database, ids: readonly EventId[], until: Date): Promise<void> {
  await kysely
    .updateTable('outbox')
    .set({ next_at: until })
    .where('id', 'in', [...ids])
    .where('state', '=', 'pending')
    .execute()
}

function columnsOf(tenant: TenantId, delivery: DeliveryRow): Insertable<Schema['deliveries']> {
  return { tenant, ...attemptColumns(delivery) }
}

function attemptColumns(delivery: DeliveryRow) {
  return {
    event_id: delivery.event,
    attempt: delivery.attempt,
    at: new Date(delivery.atMs),
    url: delivery.url,
    status: delivery.status ?? null,
    error: delivery.error ?? null,
    duration_ms: Math.round(delivery.durationMs),
  }
}

function openRow(
  { seal }: Database,
  { body_sealed, tenant, ...row }: Omit<Schema['outbox'], 'node'>,
): OutboxRow {
  const { body, to } = openEvent(seal, tenant, { id: row.id, body_sealed })
  return { ...row, body, ...(to !== undefined && { to }) }
}

/** What was sealed of an event: what is sent, and where it goes unless to the app's own address. */
export function openEvent(
  seal: Database['seal'],
  tenant: TenantId,
  row: { readonly id: EventId; readonly body_sealed: string },
): Pick<OutboxRow, 'body' | 'to'> {
  return JSON.parse(seal.open(tenant, row.body_sealed, `outbox ${row.id}`)) as Pick<OutboxRow, 'body' | 'to'>
}
