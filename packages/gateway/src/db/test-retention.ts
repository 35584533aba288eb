import { sql } from 'kysely'
import type { CallId, TenantId } from '#kernel'
import type { Database } from './open-database.ts'

export interface TestCall {
  readonly id: CallId
  readonly tenant?: string
  readonly startedAt: Date
  readonly from?: string
  readonly label?: string
}

/** An ended call with a line of story and one delivered event. */
export async function insertCall({ kysely }: Database, call: TestCall): Promise<void> {
  const { id, tenant = 'acme', startedAt, from = 'index-a', label = null } = call
  await sql`insert into calls (id, tenant, app, trunk, direction, from_sealed, to_sealed, state, started_at, node, receipt,
      ladder_sealed, variables_sealed, from_index, to_index, label)
    values (${id}, ${tenant}, 'app', 'trunk', 'inbound', 'f', 't', 'ended', ${startedAt}, 'n', '{}', 'l', 'v', ${from}, 'index-b',
      ${label})`.execute(kysely)
  await sql`insert into call_events (call_id, tenant, at, kind, fields_sealed)
    values (${id}, ${tenant}, ${startedAt}, 'answered', 's')`.execute(kysely)
  await sql`insert into call_legs (id, call_id, tenant, from_sealed, to_sealed, state, started_at)
    values (${`leg of ${id}`}, ${id}, ${tenant}, 'f', 't', 'ended', ${startedAt})`.execute(kysely)
  await sql`insert into outbox (id, tenant, app, call_id, type, body_sealed, created_at, attempt, next_at, state, node)
    values (${`evt of ${id}`}, ${tenant}, 'app', ${id}, 'call.ended', 'b', ${startedAt}, 1, ${startedAt}, 'delivered', 'n')`.execute(
    kysely,
  )
}

export async function insertObject(
  { kysely }: Database,
  o: { id: string; call: CallId; tenant?: string; createdAt: Date; kind?: string; lockUntil?: Date },
): Promise<void> {
  const { id, call, tenant = 'acme', createdAt, kind = 'audio', lockUntil = null } = o
  await sql`insert into objects (id, tenant, kind, call_id, node, bytes, sha256, state, created_at, lock_mode, lock_until)
    values (${id}, ${tenant}, ${kind}, ${call}, 'n', 100, 'ab', 'stored', ${createdAt},
      ${lockUntil === null ? null : 'compliance'}, ${lockUntil})`.execute(kysely)
}

export function placeHold(
  { kysely }: Database,
  hold: { id: string; call?: string; subject?: string; label?: string; from?: Date; to?: Date; until?: Date },
) {
  return sql`insert into holds (id, tenant, call_id, subject_index, label, from_at, to_at, reason_sealed, placed_by, placed_at, until)
    values (${hold.id}, 'acme', ${hold.call ?? null}, ${hold.subject ?? null}, ${hold.label ?? null},
      ${hold.from ?? null}, ${hold.to ?? null}, 'r', 'token:x', now(), ${hold.until ?? null})`.execute(kysely)
}

export const acme = 'acme' as TenantId

/** As the key store and the object store leave it after a deletion. */
export async function markDestroyed({ kysely }: Database, id: string): Promise<void> {
  await sql`update objects set state = 'deleted' where id = ${id}`.execute(kysely)
  await sql`delete from data_keys where object = ${id}`.execute(kysely)
  await sql`insert into shredded_keys (object, tenant, purpose, wrapped_sha256, at)
    values (${id}, 'acme', 'audio', ${'cd'.repeat(32)}, now())`.execute(kysely)
}

/** A recording that never became an object, with its key. */
export async function insertUnlisted(
  { kysely }: Database,
  o: { id: string; call: CallId; state: string; at: Date },
) {
  const { id, call, state, at } = o
  await sql`insert into tenant_keys (id, tenant, purpose, version, provider, key, key_ref, wrapped, state, created_at, active_from)
    values ('tk_1', 'acme', 'audio', 1, 'p', 'k', 'r', 'w', 'active', ${at}, ${at}) on conflict do nothing`.execute(
    kysely,
  )
  await sql`insert into recordings (id, call_id, tenant, state, node, started_at, key_ref, channels)
    values (${id}, ${call}, 'acme', ${state}, 'n', ${at}, 'tk_1', 2)`.execute(kysely)
  await sql`insert into data_keys (object, tenant, purpose, tenant_key, wrapped, created_at)
    values (${id}, 'acme', 'audio', 'tk_1', 'w', ${at})`.execute(kysely)
}
