import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Database } from './open-database.ts'
import { advanceSequences, filledTables, insertLines, readSnapshot, tablesOf } from './snapshot.ts'
import { testDatabase } from './test-database.ts'

async function snapshot(database: Database): Promise<Map<string, string[]>> {
  const tables = new Map<string, string[]>()
  await readSnapshot(database, async ({ name, lines }) => {
    const all: string[] = []
    for await (const group of lines) all.push(...group)
    tables.set(name, all)
  })
  return tables
}

test('readSnapshot() and insertLines() bring every kind of column back as it was, and sequences go on', async () => {
  using place = await testDatabase()
  await using database = await place.open()
  const { kysely } = database
  assert.deepEqual(await filledTables(database), [])
  await sql`insert into call_events (call_id, tenant, at, kind, fields_sealed)
    select 'call_' || n, 'acme', '2026-11-21T12:00:00.123456Z'::timestamptz, E'ä"\\\\\n', n::text from generate_series(1, 1300) n`.execute(
    kysely,
  )
  await sql`insert into audit_tiles values ('acme', 0, 9007199254740993, '\\x00ff0a'::bytea, '\\x'::bytea)`.execute(
    kysely,
  )
  await sql`insert into calls (id, tenant, app, trunk, direction, from_sealed, to_sealed, state, started_at, receipt, node)
    values ('call_1', 'acme', 'a', 't', 'inbound', 'x', 'y', 'ended', now(), '{"n":1.50,"big":12345678901234567890}', 'n')`.execute(
    kysely,
  )
  const before = await snapshot(database)
  assert.equal(before.get('call_events')?.length, 1_300)
  assert.deepEqual((await filledTables(database)).toSorted(), ['audit_tiles', 'call_events', 'calls'])
  assert.equal(before.has('kysely_migration') || before.has('nodes'), false)

  await sql`truncate call_events, calls restart identity`.execute(kysely).catch(() => {}) // the role may not
  await sql`delete from call_events`.execute(kysely)
  await sql`delete from calls`.execute(kysely)
  await sql`delete from audit_tiles`.execute(kysely).catch(() => {})
  const kept = new Set(await filledTables(database))
  await kysely.transaction().execute(async (transaction) => {
    for (const [table, lines] of before)
      if (lines.length > 0 && !kept.has(table)) await insertLines(transaction, table, lines)
    await advanceSequences(transaction)
  })
  assert.deepEqual(await snapshot(database), before)
  const next = await sql<{ seq: number }>`insert into call_events (call_id, tenant, at, kind, fields_sealed)
    values ('c', 'acme', now(), 'k', '') returning seq`.execute(kysely)
  assert.equal(next.rows[0]?.seq, 1_301)
  const order = await tablesOf(kysely)
  assert.ok(
    order.indexOf('tenant_keys') < order.indexOf('data_keys'),
    'a table comes after what it refers to',
  )
})
