import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppId, EventId } from '#kernel'
import type { OutboxRow } from './outbox-store.ts'
import { volatileOutboxStore } from './volatile-outbox-store.ts'

const none = { apps: [], ids: [] }
const row = (id: string, at: number): OutboxRow => ({
  id: id as EventId,
  app: 'demo' as AppId,
  call_id: null,
  type: 'call.ended',
  body: '{}',
  created_at: new Date(0),
  attempt: 0,
  next_at: new Date(at),
  state: 'pending',
  last_status: null,
  last_error: null,
})
const change = { attempt: 1, next_at: new Date(9), last_status: 200, last_error: null } as const

test('volatileOutboxStore() gives what is due, earliest first', async () => {
  const store = volatileOutboxStore(10)
  await store.insert(row('b', 2))
  await store.insert(row('a', 1))
  assert.deepEqual(
    (await store.due(new Date(2), 10, none)).map(({ id }) => id),
    ['a', 'b'],
  )
  assert.deepEqual(await store.nextAt({ ...none, ids: ['a' as EventId] }), new Date(2))
  await store.settle('a' as EventId, { ...change, state: 'pending' })
  assert.deepEqual(
    (await store.due(new Date(9), 10, none)).map(({ id }) => id),
    ['b', 'a'],
  )
})

test('volatileOutboxStore() forgets what was delivered or given up', async () => {
  const store = volatileOutboxStore(10)
  for (const [id, state] of [
    ['a', 'delivered'],
    ['b', 'dead'],
  ] as const) {
    await store.insert(row(id, 0))
    await store.settle(id as EventId, { ...change, state })
    assert.equal(await store.get(id as EventId), undefined)
  }
})

test('volatileOutboxStore() refuses more than its bound', async () => {
  const store = volatileOutboxStore(1)
  await store.insert(row('a', 0))
  await assert.rejects(store.insert(row('b', 0)), { code: 'WEBHOOK_OVERLOADED' })
})
