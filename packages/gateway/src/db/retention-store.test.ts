import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { configSchema, fakeClock, silentLog, type CallId, type TenantId } from '#kernel'
import { policies, relabel, sweep, type SweepDeps } from '#retention'
import type { Database } from './open-database.ts'
import { retentionStore } from './retention-store.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'
import { acme, insertCall, insertObject, markDestroyed, placeHold } from './test-retention.ts'

const dayMs = 86_400_000
const start = Date.parse('2026-01-01T00:00:00Z')
const emptied = [
  'calls',
  'call_legs',
  'call_events',
  'outbox',
  'objects',
  'holds',
  'retention_marks',
  'shredded_keys',
]
const call = (n: number) => `call_${n}` as CallId

describe('sweep()', () => {
  let place: TestDatabase
  let database: Database
  before(async () => {
    place = await testDatabase()
    database = await place.open()
  })
  after(async () => {
    await database[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })
  beforeEach(async () => {
    for (const table of emptied) await sql`delete from ${sql.table(table)}`.execute(database.kysely)
  })

  function world(days: number, config: object = {}, more: Partial<SweepDeps> = {}) {
    const audited: { type: string; fields: Readonly<Record<string, unknown>> }[] = []
    const deps: SweepDeps = {
      store: retentionStore(database),
      policies: policies(configSchema.shape.retention.parse(config)),
      clock: fakeClock(start + days * dayMs),
      log: silentLog,
      audit: async ({ type, fields }) => void audited.push({ type, fields }),
      destroy: ({ id }) => markDestroyed(database, id),
      count: () => {},
      ...more,
    }
    const run = () => sweep(deps, new AbortController().signal)
    const relabelOne = (id: CallId, label: string) => relabel(deps, id, acme, { retention: label })
    return { run, relabelOne, audited, types: () => audited.map(({ type }) => type) }
  }
  const rowsOf = async (table: string) =>
    (
      await sql<Record<string, unknown>>`select * from ${sql.table(table)} order by 1`.execute(
        database.kysely,
      )
    ).rows

  test('leaves what is not due, and judges it', async () => {
    await insertCall(database, { id: call(1), startedAt: new Date(start) })
    await insertObject(database, { id: 'rec_1', call: call(1), createdAt: new Date(start) })
    const { run, audited } = world(3)
    assert.partialDeepStrictEqual(await run(), { judged: 2, objects: 0, calls: 0 })
    assert.deepEqual(audited, [])
    const [row] = await rowsOf('calls')
    assert.equal(row?.['policy'], 'default')
    assert.deepEqual(row?.['due_at'], new Date(start + 7 * dayMs))
  })

  test('deletes an object with an entry before and a receipt after, and the call’s content', async () => {
    await insertCall(database, { id: call(1), startedAt: new Date(start) })
    await insertObject(database, { id: 'rec_1', call: call(1), createdAt: new Date(start) })
    const { run, audited, types } = world(31)
    assert.partialDeepStrictEqual(await run(), { objects: 1, calls: 1, failed: 0 })
    assert.deepEqual(types(), [
      'retention.deleting',
      'retention.deleted',
      'retention.deleting',
      'retention.deleted',
    ])
    assert.partialDeepStrictEqual(audited[1]?.fields, {
      object: 'rec_1',
      policy: 'default',
      keyGone: true,
      objectGone: true,
      wrappedKeySha256: 'cd'.repeat(32),
    })
    const [row] = await rowsOf('calls')
    assert.partialDeepStrictEqual(row, {
      from_sealed: '',
      from_index: null,
      variables_sealed: null,
      ladder_sealed: null,
    })
    assert.deepEqual(
      [await rowsOf('call_events'), await rowsOf('outbox'), await rowsOf('call_legs')],
      [[], [], []],
    )
    assert.deepEqual(row?.['receipt'], {}) // the aggregates stay: a year
    assert.partialDeepStrictEqual(await run(), { objects: 0, calls: 0 })
  })

  test('deletes the row in the end, with all that hung on it', async () => {
    await insertCall(database, { id: call(1), startedAt: new Date(start) })
    await insertObject(database, { id: 'rec_1', call: call(1), createdAt: new Date(start) })
    await retentionStore(database).addParty(call(1), 'acme' as TenantId, 'index-c')
    await world(366).run()
    assert.deepEqual(
      [
        await rowsOf('calls'),
        await rowsOf('objects'),
        await rowsOf('call_events'),
        await rowsOf('call_parties'),
        await rowsOf('call_legs'),
      ],
      [[], [], [], [], []],
    )
  })

  test('deletes nothing that a hold is on, whatever the hold is by', async () => {
    for (const n of [1, 2, 3, 4, 5])
      await insertCall(database, {
        id: call(n),
        startedAt: new Date(start + (n === 4 ? 1_000 : 0)),
        ...(n === 2 && { from: 'index-c' }),
        ...(n === 3 && { label: 'advice' }),
      })
    await insertObject(database, { id: 'rec_1', call: call(1), createdAt: new Date(start) })
    await placeHold(database, { id: 'h1', call: call(1) })
    await placeHold(database, { id: 'h2', subject: 'index-c' })
    await placeHold(database, { id: 'h3', label: 'advice' })
    await placeHold(database, { id: 'h4', from: new Date(start + 500) })
    const { run } = world(400)
    assert.partialDeepStrictEqual(await run(), { objects: 0, calls: 1, held: 5 })
    assert.deepEqual(
      (await rowsOf('calls')).map(({ id }) => id),
      [1, 2, 3, 4].map(call),
    )
    await sql`update holds set released_at = now()`.execute(database.kysely)
    assert.partialDeepStrictEqual(await run(), { objects: 1, calls: 4, held: 0 })
  })

  test('decides no deletion against a hold that was placed since it was looked at', async () => {
    await insertCall(database, { id: call(1), startedAt: new Date(start) })
    await insertObject(database, { id: 'rec_1', call: call(1), createdAt: new Date(start) })
    const hold = async ({ type }: { type: string }) => {
      if (type === 'retention.deleting') await placeHold(database, { id: 'hold_1', call: call(1) })
    }
    const { run } = world(31, {}, { audit: hold })
    assert.partialDeepStrictEqual(await run(), { objects: 0, held: 2 })
    assert.equal((await rowsOf('objects'))[0]?.['state'], 'stored')
  })

  test('keeps what a store has locked until then, and the row with it', async () => {
    await insertCall(database, { id: call(1), startedAt: new Date(start) })
    const lockUntil = new Date(start + 500 * dayMs)
    await insertObject(database, { id: 'rec_1', call: call(1), createdAt: new Date(start), lockUntil })
    assert.partialDeepStrictEqual(await world(400).run(), { objects: 0, calls: 0, locked: 2 })
    assert.partialDeepStrictEqual(await world(501).run(), { objects: 1, calls: 1 })
  })

  test('follows a changed policy, shorter or longer, and a label', async () => {
    await insertCall(database, { id: call(1), startedAt: new Date(start) })
    await insertCall(database, { id: call(2), startedAt: new Date(start), label: 'advice' })
    for (const n of [1, 2])
      await insertObject(database, { id: `rec_${n}`, call: call(n), createdAt: new Date(start) })
    const keep = { audio: '5y', numbers: '5y', calls: '5y' }
    const long = { policies: [{ id: 'mifid', label: 'advice', keep }] }
    assert.partialDeepStrictEqual(await world(31, long).run(), { objects: 1 })
    const [, kept] = await rowsOf('objects')
    assert.partialDeepStrictEqual(kept, {
      id: 'rec_2',
      policy: 'mifid',
      due_at: new Date('2031-01-01T00:00:00Z'),
    })
    assert.partialDeepStrictEqual(await world(32).run(), { judged: 4, objects: 1 })
  })

  test('relabel() leaves a label that a hold may be by, or the law', async () => {
    const keep = { audio: '5y', numbers: '5y', calls: '5y' }
    const law = (id: string, years = keep) => ({ id, label: id, mandatory: true, keep: years })
    const { relabelOne } = world(1, {
      policies: [
        law('advice'),
        law('longer', { audio: '7y', numbers: '7y', calls: '7y' }),
        { id: 'shop', label: 'shop' },
      ],
    })
    await insertCall(database, { id: call(1), startedAt: new Date(start), label: 'shop' })
    await insertCall(database, { id: call(2), startedAt: new Date(start), label: 'advice' })
    const labels = async () => (await rowsOf('calls')).map(({ label }) => label)
    await placeHold(database, { id: 'hold_1', label: 'shop' })
    for (const n of [1, 2]) await relabelOne(call(n), 'none')
    assert.deepEqual(await labels(), ['shop', 'advice'])
    await sql`delete from holds`.execute(database.kysely)
    await relabelOne(call(1), 'advice')
    await relabelOne(call(2), 'longer')
    assert.deepEqual(await labels(), ['advice', 'longer'])
    await relabelOne(call(2), 'advice')
    assert.deepEqual(await labels(), ['advice', 'longer'])
  })

  test('says what could not be deleted, deletes the rest, and goes on later', async () => {
    await insertCall(database, { id: call(1), startedAt: new Date(start) })
    for (const n of [1, 2])
      await insertObject(database, { id: `rec_${n}`, call: call(1), createdAt: new Date(start) })
    const destroy: SweepDeps['destroy'] = async ({ id }) => {
      if (id === 'rec_1') throw Object.assign(new Error('the store is away'), { code: 'OBJECT_UNAVAILABLE' })
      await markDestroyed(database, id)
    }
    const { run, audited } = world(31, {}, { destroy })
    await assert.rejects(run(), { code: 'RETENTION_INCOMPLETE' })
    const failed = audited.find(({ type }) => type === 'retention.failed')
    assert.partialDeepStrictEqual(failed?.fields, {
      object: 'rec_1',
      code: 'OBJECT_UNAVAILABLE',
      objectGone: false,
    })
    // A hold that came after the decision is too late; the deletion is carried through.
    await placeHold(database, { id: 'h1', call: call(1) })
    assert.partialDeepStrictEqual(await world(31).run(), { objects: 1 })
  })

  test('deletes nothing while the audit log takes no entries', async () => {
    await insertCall(database, { id: call(1), startedAt: new Date(start) })
    await insertObject(database, { id: 'rec_1', call: call(1), createdAt: new Date(start) })
    const { run } = world(400, {}, { audit: () => Promise.reject(new Error('full')) })
    await assert.rejects(run())
    assert.deepEqual([(await rowsOf('objects'))[0]?.['state'], (await rowsOf('calls')).length], ['stored', 1])
  })
})
