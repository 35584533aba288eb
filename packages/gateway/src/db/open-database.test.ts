import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type AppId, type CallId, type EventId, type TenantId, type TokenId, type TrunkId } from '#kernel'
import {
  callStore,
  DbError,
  idempotencyStore,
  outboxStore,
  recordingStore,
  tokenStore,
  type CallRow,
  type Database,
  type OutboxRow,
  type RecordingRow,
} from './index.ts'
import { fakeClock, type RecordingId } from '#kernel'
import { testDatabase, type TestDatabase } from './test-database.ts'

const tenant = 'acme' as TenantId
const at = new Date('2026-01-02T03:04:05.678Z')
const later = new Date(at.getTime() + 1_000)
const id = (kind: string, n: number) => `${kind}_${n.toString(16).padStart(32, '0')}`
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

const call = (n: number, more: Partial<CallRow> = {}): CallRow => ({
  id: id('call', n) as CallId,
  tenant,
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
  ...more,
})

test('callStore().get() gives back what insert() and update() put in, with personal columns opened', async () => {
  const calls = callStore(db)
  await calls.insert(call(1))
  assert.deepEqual(await calls.get(tenant, id('call', 1) as CallId), call(1))
  const change = {
    state: 'ended',
    end_reason: 'caller-hung-up',
    ended_at: later,
    receipt: { endReason: 'caller-hung-up' },
    ladder: ['INVITE'],
    variables: { name: 'Marker-Variable' },
  } as const
  await calls.update(tenant, id('call', 1) as CallId, change)
  assert.deepEqual(await calls.get(tenant, id('call', 1) as CallId), call(1, change))
  await calls.update(tenant, id('call', 1) as CallId, {})
})

test('callStore() keeps the order of a call’s writes that share a commit', async () => {
  const calls = callStore(db)
  const one = id('call', 0x10) as CallId
  await Promise.all([
    calls.insert(call(0x10)),
    calls.update(tenant, one, { state: 'active', answered_at: at }),
    calls.insert(call(0x11)),
    calls.update(tenant, one, { state: 'ended', end_reason: 'app-hung-up', receipt: { a: 1 } }),
    calls.update(tenant, id('call', 1) as CallId, { trunk: 'other' as TrunkId }),
  ])
  const change = { state: 'ended', answered_at: at, end_reason: 'app-hung-up', receipt: { a: 1 } } as const
  assert.deepEqual(await calls.get(tenant, one), call(0x10, change))
  assert.deepEqual(await calls.get(tenant, id('call', 0x11) as CallId), call(0x11))
  const before = await calls.get(tenant, id('call', 1) as CallId)
  assert.deepEqual([before?.trunk, before?.end_reason], ['other', 'caller-hung-up'])
  await db.kysely
    .deleteFrom('calls')
    .where('id', 'in', [one, id('call', 0x11) as CallId])
    .execute()
})

test('callStore() refuses a row that cannot be written, and keeps those that share its commit', async () => {
  const calls = callStore(db)
  const results = await Promise.allSettled([
    calls.insert(call(0x20)),
    calls.insert(call(1)),
    calls.update(tenant, id('call', 0x20) as CallId, { receipt: { bad: '\u0000' } }),
    calls.update(tenant, id('call', 0x20) as CallId, { state: 'active' }),
  ])
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(await calls.get(tenant, id('call', 0x20) as CallId), call(0x20, { state: 'active' }))
  await db.kysely
    .deleteFrom('calls')
    .where('id', '=', id('call', 0x20) as CallId)
    .execute()
})

test('callStore().get() hides another tenant’s call', async () => {
  assert.equal(await callStore(db).get('other' as TenantId, id('call', 1) as CallId), undefined)
})

const ids = (rows: readonly CallRow[]) => rows.map((row) => row.id)

test('callStore().list() pages by descending id', async () => {
  const calls = callStore(db)
  await calls.insert(call(2))
  await calls.insert(call(3, { tenant: 'other' as TenantId }))
  await calls.insert(call(4, { state: 'active' }))
  assert.deepEqual(ids(await calls.list(tenant, { limit: 2 })), [id('call', 4), id('call', 2)])
  assert.deepEqual(ids(await calls.list(tenant, { limit: 9, before: id('call', 2) })), [id('call', 1)])
  assert.deepEqual(ids(await calls.list(tenant, { limit: 9, state: 'active' })), [id('call', 4)])
})

test('callStore().insert() rejects with DB_CONFLICT for an id that is there', async () => {
  await assert.rejects(
    callStore(db).insert(call(1)),
    (error) => error instanceof DbError && error.code === 'DB_CONFLICT',
  )
})

test('callStore().story() keeps the order in which lines were added', async () => {
  const calls = callStore(db)
  const lines = Array.from({ length: 450 }, (_, n) => ({
    call_id: id('call', 1) as CallId,
    tenant,
    at,
    kind: 'line',
    fields: { n },
  }))
  await Promise.all(lines.map((line) => calls.addEvent(line)))
  const story = await calls.story(tenant, id('call', 1) as CallId)
  assert.deepEqual(
    story.map((line) => line.fields['n']),
    lines.map((line) => line.fields.n),
  )
})

test('callStore().endOrphans() ends the calls that are not ended, which orphans() names', async () => {
  const calls = callStore(db)
  const orphans = await calls.orphans()
  assert.equal(orphans.length, 3)
  assert.ok(orphans.every(({ app, answered }) => app === 'ivr' && !answered))
  assert.ok(!orphans.some((call) => call.id === id('call', 1)))
  assert.equal(await calls.endOrphans(later, 'crash'), 3)
  assert.deepEqual(await calls.orphans(), [])
  assert.equal((await calls.get(tenant, id('call', 4) as CallId))?.end_reason, 'crash')
  assert.equal((await calls.get(tenant, id('call', 1) as CallId))?.end_reason, 'caller-hung-up')
})

test('recordingStore() follows a recording from its start to its seal, and settles it once', async () => {
  const clock = fakeClock(later.getTime())
  const recordings = recordingStore(db, clock)
  const row: RecordingRow = {
    id: id('rec', 1) as RecordingId,
    call_id: id('call', 1) as CallId,
    tenant,
    state: 'recording',
    node: db.node,
    started_at: at,
    ended_at: null,
    duration_ms: null,
    bytes: null,
    segments: null,
    sha256: null,
    key_ref: 'local:1',
    channels: 2,
    replaces: null,
    replaced_by: null,
  }
  await recordings.insert(row)
  assert.deepEqual(await recordings.unfinished(), [{ recording: row.id, call: row.call_id, tenant }])
  const sealed = { bytes: 8_000_000_000, segments: 3, durationMs: 2_500, sha256: 'ab', marks: [] }
  await recordings.settle(row.id, { state: 'sealed', sealed })
  await recordings.settle(row.id, { state: 'failed' })
  assert.deepEqual(await recordings.unfinished(), [])
  const found = await recordings.get(tenant, row.id)
  assert.deepEqual(found, {
    ...row,
    state: 'sealed',
    ended_at: later,
    bytes: 8_000_000_000,
    segments: 3,
    duration_ms: 2_500,
    sha256: 'ab',
  })
  await recordings.markDeleted(tenant, row.id)
  assert.deepEqual(
    (await recordings.list(tenant, { limit: 5, callId: row.call_id })).map((one) => one.state),
    ['deleted'],
  )
})

const event = (n: number, more: Partial<OutboxRow> = {}): OutboxRow => ({
  id: id('evt', n) as EventId,
  app: 'ivr' as AppId,
  call_id: null,
  type: 'call.ended',
  body: `{"marker":"Marker-Body"}`,
  created_at: at,
  attempt: 0,
  next_at: at,
  state: 'pending',
  last_status: null,
  last_error: null,
  ...more,
})
const noneExcept = { apps: [], ids: [] }

test('outboxStore().due() gives pending events whose time has come, but those excepted', async () => {
  const outbox = outboxStore(db, () => tenant)
  await Promise.all([
    outbox.insert(event(1)),
    outbox.insert(event(2, { next_at: later })),
    outbox.insert(event(3, { app: 'busy' as AppId })),
    outbox.insert(event(4, { state: 'dead' })),
  ])
  const due = async (time: Date, except: Parameters<typeof outbox.due>[2]) =>
    (await outbox.due(time, 9, except)).map((row) => row.id)
  assert.deepEqual(await due(at, noneExcept), [id('evt', 1), id('evt', 3)])
  assert.deepEqual(await due(later, { apps: ['busy' as AppId], ids: [id('evt', 1) as EventId] }), [
    id('evt', 2),
  ])
  assert.deepEqual(await outbox.nextAt({ apps: ['busy' as AppId], ids: [id('evt', 1) as EventId] }), later)
  assert.deepEqual(await outbox.get(id('evt', 1) as EventId), event(1))
})

test('outboxStore().settle() changes the event and logs the attempt', async () => {
  const outbox = outboxStore(db, () => tenant)
  const change = {
    attempt: 1,
    next_at: later,
    state: 'delivered',
    last_status: 204,
    last_error: null,
  } as const
  const delivery = {
    event: id('evt', 1) as EventId,
    attempt: 1,
    url: 'https://app.example/hook',
    atMs: at.getTime(),
    durationMs: 12,
    status: 204,
    error: undefined,
  }
  await outbox.settle(delivery.event, change, delivery)
  assert.deepEqual(await outbox.get(delivery.event), event(1, change))
  assert.deepEqual(await outbox.deliveriesOf(delivery.event), [delivery])
  await outbox.prune(later)
  assert.equal(await outbox.get(delivery.event), undefined)
  assert.notEqual(await outbox.get(id('evt', 2) as EventId), undefined)
})

test('outboxStore().settle() settles each of many at once, and an event that is gone leaves no attempt', async () => {
  const outbox = outboxStore(db, () => tenant)
  const rows = [0x30, 0x31, 0x32].map((n) => event(n, { app: 'many' as AppId }))
  await Promise.all(rows.map((row) => outbox.insert(row)))
  const failed = {
    attempt: 1,
    next_at: later,
    state: 'pending',
    last_status: 500,
    last_error: 'status',
  } as const
  const attempt = (row: OutboxRow) => ({
    event: row.id,
    attempt: 1,
    url: 'https://app.example/hook',
    atMs: at.getTime(),
    durationMs: 12.4,
    status: 500,
    error: 'status',
  })
  const gone = event(0x3f)
  await Promise.all([...rows, gone].map((row) => outbox.settle(row.id, failed, attempt(row))))
  const [first] = rows as [OutboxRow]
  await Promise.all([
    outbox.settle(first.id, { ...failed, attempt: 2 }),
    outbox.settle(first.id, { ...failed, attempt: 0, last_status: null, last_error: null }),
  ])
  assert.deepEqual(await Promise.all(rows.map((row) => outbox.get(row.id))), [
    { ...first, next_at: later },
    ...rows.slice(1).map((row) => ({ ...row, ...failed })),
  ])
  assert.deepEqual(await outbox.deliveriesOf(first.id), [{ ...attempt(first), durationMs: 12 }])
  assert.deepEqual(await outbox.deliveriesOf(gone.id), [])
  await db.kysely
    .deleteFrom('outbox')
    .where('app', '=', 'many' as AppId)
    .execute()
})

test('tokenStore() finds tokens by prefix, lists, touches and revokes them once', async () => {
  const tokens = tokenStore<'calls:read'>(db)
  const row = {
    id: id('tok', 1) as TokenId,
    tenant,
    name: 'ci',
    prefix: 'vk_live_abcd',
    hash: 'h',
    scopes: ['calls:read'] as const,
    created_at: at,
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
  }
  await tokens.insert(row)
  assert.deepEqual(await tokens.byPrefix('vk_live_abcd'), [row])
  await tokens.touch(row.id, later)
  await tokens.revoke(tenant, row.id, at)
  await tokens.revoke(tenant, row.id, later)
  assert.deepEqual(await tokens.list(tenant, { limit: 1 }), [{ ...row, revoked_at: at, last_used_at: later }])
  assert.equal(await tokens.get('other' as TenantId, row.id), undefined)
})

test('idempotencyStore().begin() gives a key to one request and its answer to the next', async () => {
  const store = idempotencyStore(db)
  const row = { token_id: id('tok', 1) as TokenId, tenant, key: 'k', fingerprint: 'f', created_at: at }
  const claims = await Promise.all([store.begin(row), store.begin(row)])
  assert.equal(claims.filter((claim) => claim === undefined).length, 1)
  await store.finish(row.tenant, row.token_id, 'k', 201, '{"marker":"Marker-Answer"}')
  await store.release(row.token_id, 'k')
  assert.deepEqual(await store.begin(row), { ...row, status: 201, body: '{"marker":"Marker-Answer"}' })
  await store.prune(later)
  assert.equal(await store.begin(row), undefined)
})

test('kysely.transaction() keeps other queries out of the transaction, and undoes it when it fails', async () => {
  const tokens = tokenStore(db)
  let touched: Promise<void> | undefined
  const outside = db.kysely.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('tokens').execute()
    touched = tokens.touch(id('tok', 1) as TokenId, at) // waits its turn, after the rollback
    throw new Error('undo')
  })
  await assert.rejects(outside, /undo/)
  await touched
  assert.deepEqual(
    (await tokens.list(tenant, { limit: 9 })).map((row) => row.last_used_at),
    [at],
  )
})

test('Database rejects queries with DB_CLOSED once it is disposed', async () => {
  const calls = callStore(db)
  await db[Symbol.asyncDispose]()
  await assert.rejects(
    calls.get(tenant, id('call', 1) as CallId),
    (error) => (error as DbError).code === 'DB_CLOSED',
  )
  db = await place.open()
})
