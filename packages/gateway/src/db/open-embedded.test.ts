import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { AppId, CallId, TenantId, TrunkId } from '#kernel'
import { callStore, DbError, type Database } from './index.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const skip = process.env['VOXKEEP_TEST_DATABASES'] !== undefined

describe('the embedded database', { skip }, () => {
  let place: TestDatabase
  let db: Database

  before(async () => {
    place = await testDatabase()
    db = await place.open()
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })

  test('openDatabase() refuses a second opening while it has the database', async () => {
    await assert.rejects(place.open(), (error) => error instanceof DbError && error.code === 'DB_LOCKED')
  })

  test('openDatabase() makes its directory private', () => {
    assert.equal(statSync(place.dir).mode & 0o777, 0o700)
  })

  test('Database.maintain() vacuums', async () => {
    await sql`insert into dial_stops (app, since) select 'a' || n, now() from generate_series(1, 2000) n`.execute(
      db.kysely,
    )
    await sql`delete from dial_stops`.execute(db.kysely)
    await db.maintain()
    const { rows } = await sql<{ pages: number }>`
      select pg_relation_size('dial_stops') / 8192 as pages`.execute(db.kysely)
    assert.equal(rows[0]?.pages, 0)
  })

  /** Acknowledged in the child's output means on disk: kill -9 right after the last acknowledgement must lose none. */
  test('openDatabase() finds every acknowledged row after kill -9', async () => {
    await db[Symbol.asyncDispose]()
    const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-child.ts'), place.dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let acknowledged = 0
    const exited = once(child, 'exit')
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line)
      if (acknowledged === 60) child.kill('SIGKILL')
    }
    assert.deepEqual(await exited, [null, 'SIGKILL'])
    assert.ok(acknowledged >= 60)
    db = await place.open()
    const rows = await db.kysely.selectFrom('dial_stops').select('app').execute()
    const found = new Set<string>(rows.map(({ app }) => app))
    for (let count = 1; count <= acknowledged; count++) assert.ok(found.has(`app-${count}`), `row ${count}`)
  })

  test('openDatabase() acknowledges no row before it is on the disk while a transaction begins', async () => {
    await db[Symbol.asyncDispose]()
    const child = spawn(process.execPath, [join(import.meta.dirname, 'begin-kill-child.ts'), place.dir])
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
    db = await place.open()
    const rows = await db.kysely.selectFrom('call_parties').selectAll().execute()
    assert.equal(rows.length, 1)
  })

  test('openDatabase() lets no sealed column lie in clear on the disk', async () => {
    const row = {
      id: `call_${'1'.padStart(32, '0')}` as CallId,
      tenant: 'acme' as TenantId,
      app: 'ivr' as AppId,
      trunk: 'carrier' as TrunkId,
      direction: 'inbound',
      from: '+4930111222333',
      to: '+4930999888777',
      state: 'ended',
      end_reason: 'caller-hung-up',
      started_at: new Date(0),
      answered_at: null,
      ended_at: new Date(1),
      receipt: null,
      ladder: ['Marker-Ladder'],
      variables: { name: 'Marker-Variable' },
    } as const
    await callStore(db).insert(row)
    await db[Symbol.asyncDispose]()
    const files = readdirSync(place.dir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const all = Buffer.concat(files.map((entry) => readFileSync(join(entry.parentPath, entry.name))))
    for (const marker of ['4930111222333', '4930999888777', 'Marker-Ladder', 'Marker-Variable'])
      assert.ok(!all.includes(marker), `${marker} lies on the disk`)
    assert.ok(all.includes('caller-hung-up'), 'this test looks where rows are')
    db = await place.open()
  })
})
