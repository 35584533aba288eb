import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logOfLogs, memoryAuditStore, openAudit } from '#audit'
import { fakeClock, Secret, silentLog, type TenantId } from '#kernel'
import { eventLogs } from './event-logs.ts'

const acme = 'acme' as TenantId

async function openWorld() {
  const store = memoryAuditStore()
  const clock = fakeClock()
  const audit = openAudit({
    store,
    clock,
    log: silentLog,
    deployment: 'example',
    numberKey: () => new Secret(new Uint8Array(32)),
  })
  const append = (type: string, tenant = acme) => audit.append({ type, tenant, actor: 'system', fields: {} })
  return { store, clock, audit, append, logs: eventLogs({ store, audit, clock }) }
}

test('eventLogs() gives each log its origin, and its entries in order', async () => {
  const { append, logs } = await openWorld()
  let told = 0
  const stop = logs.onAppended(() => (told += 1))
  for (const type of ['a.b', 'c.d', 'e.f']) await append(type)
  stop()
  await append('g.h', 'other' as TenantId)
  assert.deepEqual(
    await logs.sizes(),
    new Map([
      ['example/audit/acme', 3],
      ['example/audit/other', 1],
    ]),
  )
  const events = await logs.read('example/audit/acme', 1, 10)
  assert.deepEqual(
    events.map(({ log, index, type, tenant }) => [log, index, type, tenant]),
    [
      ['example/audit/acme', 1, 'c.d', acme],
      ['example/audit/acme', 2, 'e.f', acme],
    ],
  )
  assert.equal(told, 3)
})

test('eventLogs() gives what the log of logs holds too: checkpoints', async () => {
  const { append, logs } = await openWorld()
  await append('log.checkpoint', logOfLogs)
  await logs.sizes()
  assert.deepEqual(
    (await logs.read('example/audit', 0, 1)).map(({ type }) => type),
    ['log.checkpoint'],
  )
})

test('eventLogs() names an entry that was changed or is gone, and goes on', async () => {
  const { store, clock, append, logs } = await openWorld()
  for (let n = 0; n < 4; n++) await append('a.b')
  await logs.sizes()
  const { leaves } = store
  const changed = {
    ...store,
    logs: () => store.logs(),
    leaves: async (tenant: TenantId, from: number, to: number) => {
      const rows = await leaves.call(store, tenant, from, to)
      return rows
        .filter(({ idx }) => idx !== 2)
        .map((row) => (row.idx === 1 ? { ...row, leaf: row.leaf.replace('"type"', '"tipe"') } : row))
    },
  }
  const tampered = eventLogs({ store: changed, audit: { onAppended: () => () => {} }, clock })
  await tampered.sizes()
  clock.advance(90_000)
  assert.deepEqual(
    (await tampered.read('example/audit/acme', 0, 10)).map(({ index, type, fields }) => [
      index,
      type,
      fields['why'],
    ]),
    [
      [0, 'a.b', undefined],
      [1, 'audit.unreadable', 'changed'],
      [2, 'audit.unreadable', 'missing'],
      [3, 'a.b', undefined],
    ],
  )
})

test('eventLogs() says when a hole was found, not what its row says: alerts go by time', async () => {
  const { store, clock, append, logs } = await openWorld()
  await append('a.b')
  await append('a.b')
  const log = store.kept.get(acme)
  assert.ok(log)
  log.leaves = log.leaves.map((row) => ({ ...row, at: new Date(0), leaf: row.leaf.replace('"a', '"b') }))
  log.leaves.shift()
  await logs.sizes()
  clock.advance(90_000)
  const found = new Date(clock.now()).toISOString()
  const events = await logs.read('example/audit/acme', 0, 10)
  assert.deepEqual(
    events.map(({ type, at, fields }) => [type, at, fields['why']]),
    [
      ['audit.unreadable', found, 'missing'],
      ['audit.unreadable', found, 'changed'],
    ],
  )
})

test('eventLogs() is not held up by a hole of any length, at the end neither', async () => {
  const { store, append, logs } = await openWorld()
  for (let n = 0; n < 7; n++) await append('a.b')
  const log = store.kept.get(acme)
  assert.ok(log)
  log.leaves = log.leaves.filter(({ idx }) => idx === 5)
  await logs.sizes()
  const read = async (from: number) =>
    (await logs.read('example/audit/acme', from, 3)).map(({ type }) => type)
  assert.deepEqual(await read(0), ['audit.unreadable', 'audit.unreadable', 'audit.unreadable'])
  assert.deepEqual(await read(3), ['audit.unreadable', 'audit.unreadable', 'a.b'])
  assert.deepEqual(await read(6), ['audit.unreadable'])
  assert.deepEqual(await read(7), [])
})
