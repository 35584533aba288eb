import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql, type Kysely } from 'kysely'
import type { AppId, CallId, EventId, TenantId, TrunkId } from '#kernel'
import {
  callStore,
  DbError,
  dialUsageStore,
  outboxStore,
  type CallRow,
  type Database,
  type OutboxRow,
  type Schema,
} from './index.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

/** Tables that no tenant sees at all, and why their rows are nobody's alone. */
const nodeTables: Readonly<Record<string, string>> = {
  audit_signers: 'keys that sign checkpoints of every tenant’s log',
  audit_witnessed: 'what the node cosigned of logs that are others’',
  backups: 'a backup holds every tenant',
  dial_hours: 'counted by app; which tenant an app is of is the configuration’s to say',
  dial_leases: 'counted by app',
  dial_stops: 'by app',
  dial_usage: 'counted by scope: apps, tokens and tenants side by side',
  kysely_migration: 'which migrations were applied',
  kysely_migration_lock: 'the migrator’s',
  log_cursors: 'how far the node has read which log',
  log_readers: 'which node reads',
  nodes: 'who shares the database',
  retention_marks: 'what the sweep remembers',
}

const [acme, other] = ['acme', 'other'] as TenantId[] as [TenantId, TenantId]
const at = new Date('2026-01-02T03:04:05.678Z')

describe('tenants in one database', () => {
  let place: TestDatabase
  let db: Database

  before(async () => {
    place = await testDatabase()
    db = await place.open()
    await db.kysely
      .insertInto('call_events')
      .values([line(acme, 1), line(acme, 2), line(other, 3)])
      .execute()
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })

  const line = (tenant: TenantId, n: number) => ({
    call_id: `call_${n}` as CallId,
    tenant,
    at,
    kind: 'line',
    fields_sealed: `${n}`,
  })
  /** A query as it must not be written: it forgets whose rows it is about. */
  const careless = async (view: Kysely<Schema>) =>
    (await view.selectFrom('call_events').select(['call_id', 'tenant']).orderBy('call_id').execute()).map(
      ({ call_id: id }) => id as string,
    )
  const whoAmI = async (view: Kysely<Schema>) =>
    (
      await sql<{ role: string; tenant: string | null }>`
        select current_user::text as role, nullif(current_setting('voxkeep.tenant', true), '') as tenant`.execute(
        view,
      )
    ).rows[0]
  const isNode = async () => assert.deepEqual(await whoAmI(db.kysely), { role: 'voxkeep_app', tenant: null })
  const refused = (sqlState: string) => (error: unknown) =>
    error instanceof DbError && error.sqlState === sqlState

  test('asTenant() shows only the tenant’s rows to a query without a where', async () => {
    assert.deepEqual(await careless(db.asTenant(acme)), ['call_1', 'call_2'])
    assert.deepEqual(await careless(db.asTenant(other)), ['call_3'])
    assert.deepEqual(await careless(db.asTenant('nobody' as TenantId)), [])
    assert.deepEqual(await careless(db.kysely), ['call_1', 'call_2', 'call_3'])
  })

  test('asTenant() refuses to write for another tenant, and reaches no row of one', async () => {
    const view = db.asTenant(acme)
    const insert = view.insertInto('call_events').values(line(other, 4))
    await assert.rejects(insert.execute(), refused('42501'))
    const move = view.updateTable('call_events').set({ tenant: other })
    await assert.rejects(move.execute(), refused('42501'))
    const change = await view.updateTable('call_events').set({ kind: 'changed' }).executeTakeFirst()
    assert.equal(change.numUpdatedRows, 2n)
    await assert.rejects(
      view.transaction().execute(async (inside) => {
        const gone = await inside.deleteFrom('call_events').executeTakeFirst()
        assert.equal(gone.numDeletedRows, 2n)
        throw new Error('undo')
      }),
      /undo/,
    )
    assert.deepEqual(await careless(db.kysely), ['call_1', 'call_2', 'call_3'])
  })

  test('asTenant() writes for its tenant, and commits', async () => {
    await db.asTenant(other).insertInto('call_events').values(line(other, 5)).execute()
    await db
      .asTenant(other)
      .transaction()
      .execute((inside) => inside.insertInto('call_events').values(line(other, 6)).execute())
    assert.deepEqual(await careless(db.asTenant(other)), ['call_3', 'call_5', 'call_6'])
    await db.kysely
      .deleteFrom('call_events')
      .where('call_id', 'in', ['call_5', 'call_6'] as CallId[])
      .execute()
  })

  test('asTenant() leaves nothing of a tenant behind, however its statement ends', async () => {
    const view = db.asTenant(acme)
    assert.deepEqual(await whoAmI(view), { role: 'voxkeep_tenant', tenant: 'acme' })
    await isNode()
    await assert.rejects(sql`select 1 / 0`.execute(view), refused('22012'))
    await isNode()
    await assert.rejects(sql`nonsense`.execute(view), refused('42601'))
    await isNode()
    await assert.rejects(
      view.transaction().execute((inside) => sql`select 1 / 0`.execute(inside)),
      refused('22012'),
    )
    await isNode()
    await view.connection().execute(async (one) => {
      assert.deepEqual(await whoAmI(one), { role: 'voxkeep_tenant', tenant: 'acme' })
    })
    // Even what a session would keep: the settings of a statement that is rolled back are rolled back with it.
    await sql`set voxkeep.tenant = 'acme'`.execute(db.asTenant(other)).catch(() => {})
    await db.kysely.connection().execute(async (one) => void (await sql`reset voxkeep.tenant`.execute(one)))
    await isNode()
  })

  test('asTenant() keeps many tenants apart that use the database at once', async () => {
    const tenants = Array.from({ length: 5 }, (_, n) => `t${n}` as TenantId)
    await db.kysely
      .insertInto('call_events')
      .values(tenants.map((tenant, n) => line(tenant, 10 + n)))
      .execute()
    const rounds = Array.from({ length: 24 }, (_, round) => round)
    await Promise.all(
      rounds.flatMap((round) => [
        ...tenants.map(async (tenant, n) => {
          const view = db.asTenant(tenant)
          if (round % 3 === 0) await assert.rejects(sql`select 1 / 0`.execute(view))
          const found =
            round % 2 === 0
              ? await careless(view)
              : await view.transaction().execute((inside) => careless(inside))
          assert.deepEqual(found, [`call_${10 + n}`])
        }),
        isNode(),
        careless(db.kysely).then((found) => assert.equal(found.length, 8)),
      ]),
    )
    await db.kysely.deleteFrom('call_events').where('tenant', 'in', tenants).execute()
  })

  test('asTenant() gives nobody a way out of a statement that somebody else finished writing', async () => {
    const view = db.asTenant(acme)
    const ways = [
      sql`select set_config('voxkeep.tenant', 'other', true), * from call_events`,
      sql`with a as materialized (select set_config('voxkeep.tenant', 'other', true)) select * from a, call_events`,
      sql`select set_config('role', 'voxkeep_app', true)`,
      sql`update pg_settings set setting = 'other' where name = 'voxkeep.tenant'`,
      sql`select query_to_xml('set local voxkeep.tenant = ''other''', true, false, '')`,
      sql`select 1; reset role`,
      sql`alter table call_events disable row level security`,
      sql`create function pg_temp.f() returns void language plpgsql as $$ begin null; end $$; select 1`,
    ]
    for (const way of ways) await assert.rejects(way.execute(view), DbError)
    assert.deepEqual(await careless(view), ['call_1', 'call_2'])
    await isNode()
  })

  test('asTenant() takes no name that could be anything else', () => {
    for (const name of ["a'; reset role; --", '', 'A', 'a b', 'a'.repeat(64), '-a'])
      assert.throws(() => db.asTenant(name as TenantId), DbError)
  })

  test('the node itself can change no table and no entry of the audit log', async () => {
    for (const statement of [
      'create table more (a int)',
      'alter table calls disable row level security',
      'alter table audit_leaves disable trigger all',
      'drop table calls',
      'drop policy tenant_sees_own on calls',
      'select isolate_tenants()',
      'create role more',
      `update kysely_migration set name = 'x'`,
      'update audit_leaves set tenant = tenant',
      'delete from audit_leaves',
      'truncate audit_leaves',
    ])
      await assert.rejects(sql.raw(statement).execute(db.kysely), refused('42501'), statement)
  })

  test('every table with a tenant is under row-level security, and every other is explained', async () => {
    const tables = await sql<{ name: string; owned: boolean; held: boolean; policies: string[] }>`
      select c.oid::regclass::text as name, c.relrowsecurity and c.relforcerowsecurity as held,
        exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant') as owned,
        array(select polname::text from pg_policy where polrelid = c.oid order by 1) as policies
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'token_vault') and c.relkind in ('r', 'p', 'v', 'm') order by 1`.execute(
      db.kysely,
    )
    const [owned, others] = [
      tables.rows.filter((table) => table.owned),
      tables.rows.filter((table) => !table.owned),
    ]
    assert.ok(owned.length >= 8)
    assert.ok(owned.some(({ name }) => name === 'token_vault.tokens'))
    for (const table of owned)
      assert.deepEqual(table, { ...table, held: true, policies: ['node_sees_all', 'tenant_sees_own'] })
    const unexplained = others.map(({ name }) => name).filter((name) => nodeTables[name] === undefined)
    assert.deepEqual(unexplained, [])
    for (const { name } of others)
      await assert.rejects(
        sql`select * from ${sql.table(name)}`.execute(db.asTenant(acme)),
        refused('42501'),
        name,
      )
  })

  test('unfinished work is its own node’s where several share the database, and all of it is where one has it alone', async () => {
    const [calls, outbox] = [callStore(db), outboxStore(db, () => acme)]
    await calls.insert(newCall)
    await outbox.insert(newEvent)
    await dialUsageStore(db).open({ ...newLease, day: '2026-01-02' }, 1)
    if (place.kind === 'embedded') {
      await db[Symbol.asyncDispose]()
      db = await place.open({ node: 'renamed' })
    }
    const other = place.kind === 'postgresql' ? await place.open({ node: 'second' }) : undefined
    const seen = async (node: Database) => ({
      calls: (await callStore(node).orphans()).length,
      ended: await callStore(node).endOrphans(at, 'crash'),
      events: (await outboxStore(node, () => acme).due(at, 9, { apps: [], ids: [] })).length,
      leases: (await dialUsageStore(node).load({ attemptsAfterMs: 0, day: '', hour: 0 })).open.length,
    })
    if (other !== undefined) assert.deepEqual(await seen(other), { calls: 0, ended: 0, events: 0, leases: 0 })
    await other?.[Symbol.asyncDispose]()
    assert.deepEqual(await seen(db), { calls: 1, ended: 1, events: 1, leases: 1 })
  })
})

const newCall: CallRow = {
  id: 'call_1' as CallId,
  tenant: acme,
  app: 'ivr' as AppId,
  trunk: 'carrier' as TrunkId,
  direction: 'inbound',
  from: '+4930111222333',
  to: '+4930999888777',
  state: 'ringing',
  end_reason: null,
  started_at: at,
  answered_at: null,
  ended_at: null,
  receipt: null,
  ladder: null,
  variables: null,
}
const newEvent: OutboxRow = {
  id: 'evt_1' as EventId,
  app: 'ivr' as AppId,
  call_id: null,
  type: 'call.ended',
  body: '{}',
  created_at: at,
  attempt: 0,
  next_at: at,
  state: 'pending',
  last_status: null,
  last_error: null,
}
const newLease = {
  id: 'a',
  app: 'ivr' as AppId,
  scopes: ['app ivr'],
  startedAtMs: at.getTime(),
  rateMicro: 1,
}
