import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { fakeClock, silentLog, type CallId } from '#kernel'
import { openHolds, type HoldsDeps } from '#retention'
import { holdStore } from './hold-store.ts'
import type { Database } from './open-database.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'
import { acme, insertCall, insertObject } from './test-retention.ts'

const start = new Date('2026-01-01T00:00:00Z')
const call = 'call_1' as CallId
const never = new AbortController().signal

describe('openHolds()', () => {
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
    for (const table of ['calls', 'call_legs', 'call_events', 'outbox', 'objects', 'holds'])
      await sql`delete from ${sql.table(table)}`.execute(database.kysely)
    await insertCall(database, { id: call, startedAt: start })
    await insertObject(database, { id: 'rec_1', call, createdAt: start })
  })

  function open(more: Partial<HoldsDeps> = {}) {
    const clock = fakeClock(start.getTime() + 1_000)
    const happened: string[] = []
    let made = 0
    const holds = openHolds({
      store: holdStore(database),
      clock,
      random: { bytes: (count) => new Uint8Array(count).fill(++made) },
      log: silentLog,
      audit: async ({ type, fields }) => void happened.push(`${type} ${JSON.stringify(fields)}`),
      index: (_, number) => (number === '+4930' ? 'index-a' : 'index-z'),
      holdObject: async ({ id }, on) => void happened.push(`store ${id} ${on}`),
      ...more,
    })
    return { holds, happened, clock }
  }

  test('is in force once it is placed, and its entry in the audit log names no number and no reason', async () => {
    const { holds, happened } = open()
    const hold = await holds.place(acme, { number: '+4930', reason: 'case of Mr Smith' }, 'token:a')
    assert.deepEqual(await holds.onCall(call), [hold.id])
    assert.deepEqual([hold.reason, hold.subject_index], ['case of Mr Smith', 'index-a'])
    assert.ok(happened[0]?.startsWith('hold.placing'))
    assert.ok(!/4930|Smith/.test(happened.join()))
    const { rows } = await sql<object>`select * from holds`.execute(database.kysely)
    assert.ok(!/Smith|4930/.test(JSON.stringify(rows)))
  })

  test('is on what fits everything it names, and on nothing else', async () => {
    const { holds } = open()
    const before = new Date(start.getTime() - 1)
    await holds.place(acme, { number: '+49301', reason: 'r' }, 'a')
    await holds.place(acme, { number: '+4930', to: start, reason: 'r' }, 'a')
    await holds.place(acme, { call, label: 'advice', reason: 'r' }, 'a')
    assert.deepEqual(await holds.onCall(call), [])
    const fits = await holds.place(acme, { number: '+4930', from: before, call, reason: 'r' }, 'a')
    assert.deepEqual(await holds.onCall(call), [fits.id])
  })

  test('ends when it is released, once, or by itself', async () => {
    const { holds, clock } = open()
    const hold = await holds.place(acme, { call, reason: 'r' }, 'a')
    const released = await holds.release(acme, hold.id, 'settled', 'token:b')
    assert.partialDeepStrictEqual(released, { release_reason: 'settled', released_by: 'token:b' })
    assert.deepEqual(await holds.onCall(call), [])
    assert.equal(await holds.release(acme, hold.id, 'again', 'token:b'), 'released')
    assert.equal(await holds.release('other' as never, hold.id, 'r', 'a'), 'unknown')
    const until = new Date(clock.now() + 1_000)
    await holds.place(acme, { call, until, reason: 'r' }, 'a')
    assert.equal((await holds.onCall(call)).length, 1)
    assert.equal((await holds.inForce(acme)).length, 1)
    assert.deepEqual(await holds.inForce('other' as never), [])
    clock.advance(1_001)
    assert.deepEqual(await holds.onCall(call), [])
    assert.deepEqual(await holds.inForce(acme), [])
  })

  test('is not placed, nor released, while the audit log takes no entries', async () => {
    const { holds } = open()
    const hold = await holds.place(acme, { call, reason: 'r' }, 'a')
    const deaf = open({ audit: () => Promise.reject(new Error('full')) }).holds
    await assert.rejects(deaf.place(acme, { call, reason: 'r' }, 'a'))
    await assert.rejects(deaf.release(acme, hold.id, 'r', 'a'))
    assert.deepEqual(await holds.onCall(call), [hold.id])
  })

  test('sync() tells stores when a hold begins and when it ends, each once, and again when one was away', async () => {
    const { holds, happened } = open()
    const hold = await holds.place(acme, { call, reason: 'r' }, 'a')
    const away = open({ holdObject: () => Promise.reject(new Error('away')) }).holds
    assert.deepEqual([await away.sync(never), await holds.sync(never), await holds.sync(never)], [0, 1, 0])
    await holds.release(acme, hold.id, 'r', 'a')
    assert.equal(await holds.sync(never), 1)
    assert.deepEqual(
      happened.filter((line) => line.startsWith('store')),
      ['store rec_1 true', 'store rec_1 false'],
    )
  })
})
