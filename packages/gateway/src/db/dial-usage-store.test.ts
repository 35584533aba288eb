import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AppId } from '#kernel'
import { dialUsageStore, type Database } from './index.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const app = 'ivr' as AppId
const startedAtMs = Date.UTC(2026, 5, 15, 12)
const hour = startedAtMs / 3_600_000
const lease = (id: string, atMs = startedAtMs) => ({
  id,
  app,
  scopes: ['app ivr', 'token ivr tok_1'],
  day: '2026-06-15',
  startedAtMs: atMs,
  rateMicro: 60_000,
})
const everything = { attemptsAfterMs: 0, day: '', hour: 0 }
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

test('dialUsageStore() gives back open attempts, and adds up what ended ones used', async () => {
  const store = dialUsageStore(db)
  await store.open(lease('a'), hour)
  await store.open(lease('b'), hour)
  await store.open(lease('c', startedAtMs + 60_000), hour)
  await store.settle(lease('a'), 30_000, 30_000)
  await store.settle(lease('a'), 30_000, 30_000) // again: counts once
  await store.settle(lease('b'), 1_500, 1_500)
  await store.settle(lease('nobody'), 9_000, 9_000)
  const found = await store.load({ ...everything, attemptsAfterMs: startedAtMs })
  assert.deepEqual(found.open, [lease('c', startedAtMs + 60_000)])
  assert.deepEqual(
    found.attempts.map(({ id }) => id),
    ['c'],
  )
  assert.deepEqual(
    found.used.toSorted((x, y) => x.scope.localeCompare(y.scope)),
    ['app ivr', 'token ivr tok_1'].map((scope) => ({
      scope,
      day: '2026-06-15',
      usedMs: 31_500,
      spentMicro: 31_500,
    })),
  )
  assert.deepEqual(found.hours, [{ app, hour, attempts: 3, quiet: 0 }])
})

test('dialUsageStore() refuses an attempt that is there already, and counts it once', async () => {
  const store = dialUsageStore(db)
  await assert.rejects(store.open(lease('a'), hour))
  assert.deepEqual((await store.load(everything)).hours, [{ app, hour, attempts: 3, quiet: 0 }])
  await store.quieten(app, hour, 8)
  assert.deepEqual((await store.load(everything)).hours, [{ app, hour, attempts: 3, quiet: 8 }])
})

test('dialUsageStore() remembers who was stopped until it is lifted', async () => {
  const store = dialUsageStore(db)
  await store.stop(app, startedAtMs)
  await store.stop(app, startedAtMs + 1)
  assert.deepEqual((await store.load(everything)).stopped, [app])
  await store.lift(app)
  assert.deepEqual((await store.load(everything)).stopped, [])
})

test('dialUsageStore().prune() forgets what is old, but no open attempt', async () => {
  const store = dialUsageStore(db)
  await store.prune({ attemptsAfterMs: startedAtMs + 3_600_000, day: '2026-06-16', hour: hour + 1 })
  const found = await store.load(everything)
  assert.deepEqual(
    found.attempts.map(({ id }) => id),
    ['c'],
  )
  assert.deepEqual([found.used, found.hours], [[], []])
})
