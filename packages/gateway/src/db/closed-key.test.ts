import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { AppId, CallId, EventId, TenantId, TrunkId } from '#kernel'
import { callStore, outboxStore, type CallRow, type Database, type OutboxRow } from './index.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'
import { toySeal } from './toy-seal.ts'

const [acme, rival] = ['acme', 'rival'] as TenantId[] as [TenantId, TenantId]
const at = new Date('2026-01-02T03:04:05.678Z')
const hex = (n: number) => n.toString(16).padStart(32, '0')

const call = (tenant: TenantId, n: number): CallRow => ({
  id: `call_${hex(n)}` as CallId,
  tenant,
  app: tenant as string as AppId,
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
})
const event = (app: string, n: number): OutboxRow => ({
  id: `evt_${hex(n)}` as EventId,
  app: app as AppId,
  call_id: null,
  type: 'call.ended',
  body: '{}',
  created_at: at,
  attempt: 0,
  next_at: at,
  state: 'pending',
  last_status: null,
  last_error: null,
})

describe('stores while a tenant’s keys are closed', () => {
  let place: TestDatabase
  let db: Database
  const closed = new Set<TenantId>()
  const refuse = (tenant: TenantId) => {
    if (closed.has(tenant)) throw Object.assign(new Error('closed'), { code: 'KEY_CLOSED' })
  }
  const outbox = () => outboxStore(db, (app) => app as string as TenantId)

  before(async () => {
    place = await testDatabase()
    const opened = await place.open()
    const seal: Database['seal'] = {
      seal: (tenant, ...more) => (refuse(tenant), toySeal.seal(tenant, ...more)),
      open: (tenant, ...more) => (refuse(tenant), toySeal.open(tenant, ...more)),
    }
    db = { ...opened, seal }
    await callStore(db).insert(call(acme, 1))
    await callStore(db).insert(call(rival, 2))
    await outbox().insert(event('acme', 1))
    await outbox().insert(event('rival', 2))
    closed.add(acme)
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })

  test('callStore() keeps no call and no story of it, and those of others in the same moment', async () => {
    const calls = callStore(db)
    const line = { at, kind: 'ended', fields: {} }
    const results = await Promise.allSettled([
      calls.insert(call(acme, 3)),
      calls.insert(call(rival, 4)),
      calls.addEvent({ ...line, call_id: call(acme, 1).id, tenant: acme }),
      calls.addEvent({ ...line, call_id: call(rival, 2).id, tenant: rival }),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal((await calls.story(rival, call(rival, 2).id)).length, 1)
  })

  test('callStore().update() ends a call in the books, without what would say more of it', async () => {
    const calls = callStore(db)
    const change = {
      state: 'ended',
      end_reason: 'caller-hung-up',
      ladder: ['INVITE'],
      variables: { a: 'b' },
    } as const
    await calls.update(acme, call(acme, 1).id, change)
    closed.delete(acme)
    const row = await calls.get(acme, call(acme, 1).id)
    assert.deepEqual(
      [row?.state, row?.end_reason, row?.ladder, row?.variables],
      ['ended', 'caller-hung-up', null, null],
    )
    closed.add(acme)
  })

  test('outboxStore().due() puts its events off for a minute, uncounted, and gives those of others', async () => {
    const store = outbox()
    const none = { apps: [], ids: [] }
    assert.deepEqual(
      (await store.due(at, 10, none)).map(({ app }) => app),
      ['rival'],
    )
    closed.delete(acme)
    const held = await store.get(event('acme', 1).id)
    assert.deepEqual([held?.next_at.getTime(), held?.attempt], [at.getTime() + 60_000, 0])
    assert.equal((await store.due(new Date(at.getTime() + 60_000), 10, none)).length, 2)
    closed.add(acme)
    await assert.rejects(store.insert(event('acme', 3)), { code: 'KEY_CLOSED' })
  })
})
