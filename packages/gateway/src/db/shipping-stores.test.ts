import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { AlertId, AppId, CallId, TenantId, TrunkId } from '#kernel'
import { alertStore, type AlertStore } from './alert-store.ts'
import { callStore } from './call-store.ts'
import type { Database } from './index.ts'
import { logCursorStore, type LogCursorStore } from './log-cursor-store.ts'
import { receiptStore } from './receipt-store.ts'
import type { AlertRow } from './schema-shipping.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const [acme, rival] = ['acme', 'rival'] as TenantId[] as [TenantId, TenantId]
const at = new Date('2026-01-02T03:04:05.678Z')
const later = (ms: number) => new Date(at.getTime() + ms)
const alertId = (n: number) => `alrt_${n.toString(16).padStart(32, '0')}` as AlertId
const alert = (n: number, more: Partial<AlertRow> = {}): AlertRow => ({
  id: alertId(n),
  tenant: acme,
  rule: 'tampering',
  group_key: '',
  severity: 'critical',
  state: 'open',
  events: 1,
  first_at: at,
  last_at: at,
  told_at: at,
  detail: { title: 'It’s', types: { 'a.b': 1 } },
  acknowledged_at: null,
  acknowledged_by: null,
  ...more,
})
const change = { positions: new Map(), at, counts: [], alerts: [], notices: [] }

describe('stores of what is shipped', () => {
  let place: TestDatabase
  let db: Database
  let cursors: LogCursorStore
  let alerts: AlertStore<AlertRow>

  before(async () => {
    place = await testDatabase()
    db = await place.open()
    cursors = logCursorStore(db)
    alerts = alertStore<AlertRow>(db)
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })

  test('logCursorStore() moves cursors on, and never back', async () => {
    assert.deepEqual(await cursors.positions('siem:a'), new Map())
    await cursors.move(
      'siem:a',
      new Map([
        ['one', 5],
        ['two', 2],
      ]),
      at,
    )
    await cursors.move(
      'siem:a',
      new Map([
        ['one', 3],
        ['two', 4],
      ]),
      at,
    )
    await cursors.move('siem:b', new Map([['one', 1]]), at)
    assert.deepEqual(
      await cursors.positions('siem:a'),
      new Map([
        ['one', 5],
        ['two', 4],
      ]),
    )
  })

  test('logCursorStore() gives a reader to one node at a time', async () => {
    assert.equal(await cursors.claim('r', 'a', at, later(10_000)), true)
    assert.equal(await cursors.claim('r', 'b', later(5_000), later(15_000)), false)
    assert.equal(await cursors.claim('r', 'a', later(5_000), later(15_000)), true)
    assert.equal(await cursors.claim('r', 'b', later(15_001), later(25_000)), true)
    await cursors.release('r', 'a') // who has lost it takes nothing away
    assert.equal(await cursors.claim('r', 'a', later(16_000), later(26_000)), false)
    await cursors.release('r', 'b')
    assert.equal(await cursors.claim('r', 'a', later(16_000), later(26_000)), true)
  })

  test('alertStore() keeps counts, alerts, notices and cursors in one step', async () => {
    const count = { tenant: acme, rule: 'own', group_key: 'x', slot: 7, events: 2 }
    const notice = { alert: alertId(1), tenant: acme, receiver: 'soc', next_at: at }
    const positions = new Map([['log', 3]])
    await alerts.apply('alerts', {
      ...change,
      positions,
      counts: [count, count],
      alerts: [alert(1)],
      notices: [notice],
    })
    await alerts.apply('alerts', { ...change, counts: [{ ...count, events: 1 }] })
    assert.deepEqual(await alerts.counts(), [{ ...count, events: 5 }])
    assert.deepEqual(await cursors.positions('alerts'), positions)
    const [due] = await alerts.due(later(1), 10)
    assert.deepEqual(due?.about, alert(1))
    assert.deepEqual([due?.receiver, due?.attempt], ['soc', 0])
  })

  test('alertStore() keeps nothing of a step that cannot be kept whole', async () => {
    const nobody = { alert: alertId(99), tenant: acme, receiver: 'soc', next_at: at }
    const positions = new Map([['log', 100]])
    await assert.rejects(alerts.apply('alerts', { ...change, positions, notices: [nobody] }))
    assert.deepEqual(await cursors.positions('alerts'), new Map([['log', 3]]))
  })

  test('alertStore() keeps an acknowledgement through what the rules add, and the first one', async () => {
    await alerts.acknowledge(rival, alertId(1), 'token:theirs', at)
    assert.equal((await alerts.get(acme, alertId(1)))?.state, 'open')
    await alerts.acknowledge(acme, alertId(1), 'token:ours', later(1))
    await alerts.acknowledge(acme, alertId(1), 'token:other', later(2))
    await alerts.apply('alerts', { ...change, alerts: [alert(1, { events: 9 })] })
    const known = await alerts.get(acme, alertId(1))
    assert.deepEqual([known?.events, known?.state, known?.acknowledged_by], [9, 'acknowledged', 'token:ours'])
  })

  test('alertStore() finds the newest of each group, and shows a tenant its own', async () => {
    await alerts.apply('alerts', {
      ...change,
      alerts: [alert(2), alert(3, { group_key: 'x' }), alert(4, { tenant: rival })],
    })
    const keys = [
      { tenant: acme, rule: 'tampering', group_key: '' },
      { tenant: acme, rule: 'tampering', group_key: 'x' },
      { tenant: acme, rule: 'tampering', group_key: 'none' },
    ]
    assert.deepEqual((await alerts.latest(keys)).map(({ id }) => id).toSorted(), [alertId(2), alertId(3)])
    const list = (tenant: TenantId, state?: AlertRow['state']) =>
      alerts.list(tenant, { state, before: undefined, limit: 10 })
    assert.deepEqual(
      (await list(acme)).map(({ id }) => id),
      [alertId(3), alertId(2), alertId(1)],
    )
    assert.deepEqual(
      (await list(acme, 'acknowledged')).map(({ id }) => id),
      [alertId(1)],
    )
    assert.deepEqual(
      (await list(rival)).map(({ id }) => id),
      [alertId(4)],
    )
    assert.equal(await alerts.get(rival, alertId(1)), undefined)
    assert.deepEqual(await alerts.open(), [{ severity: 'critical', count: 3 }])
  })

  test('alertStore() puts off what could not be told, and forgets what was', async () => {
    const [first] = await alerts.due(at, 10)
    assert.ok(first)
    await alerts.postpone([first], later(5_000), 'away')
    assert.deepEqual(await alerts.due(later(4_999), 10), [])
    assert.deepEqual(await alerts.nextNotice(), later(5_000))
    const [again] = await alerts.due(later(5_000), 10)
    assert.equal(again?.attempt, 1)
    await alerts.told([first])
    assert.equal(await alerts.nextNotice(), undefined)
  })

  test('alertStore() forgets what is old, and more than a tenant may have', async () => {
    await alerts.apply('alerts', { ...change, alerts: [alert(5, { last_at: new Date(0) })] })
    await alerts.prune(new Date(1), 2)
    const left = await alerts.list(acme, { state: undefined, before: undefined, limit: 10 })
    assert.deepEqual(
      left.map(({ id }) => id),
      [alertId(3), alertId(2)],
    )
    await alerts.pruneCounts('own', 8)
    assert.deepEqual(await alerts.counts(), [])
  })

  test('receiptStore() keeps a receipt sealed, as it was first issued, for as long as its call', async () => {
    const receipts = receiptStore(db)
    const call = `call_${'1'.repeat(32)}` as CallId
    await callStore(db).insert({
      id: call,
      tenant: acme,
      app: 'app' as AppId,
      trunk: 't' as TrunkId,
      direction: 'inbound',
      from: '1',
      to: '2',
      state: 'ended',
      end_reason: null,
      started_at: at,
      answered_at: null,
      ended_at: at,
      receipt: null,
      ladder: null,
      variables: null,
    })
    const row = { call_id: call, tenant: acme, issued_at: at, document: '{"marker":1}' }
    await receipts.insert(row)
    await receipts.insert({ ...row, document: '{"marker":2}' })
    assert.equal(await receipts.get(acme, call), row.document)
    assert.equal(await receipts.get(rival, call), undefined)
    const stored = await db.kysely.selectFrom('call_receipts').select('document_sealed').execute()
    assert.doesNotMatch(JSON.stringify(stored), /marker/)
    await db.kysely.deleteFrom('calls').where('id', '=', call).execute()
    assert.equal(await receipts.get(acme, call), undefined)
  })
})
