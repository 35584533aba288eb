import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { rootOf, toBase64 } from '@voxkeep/tlog'
import { fakeClock, Secret, silentLog, type CallId, type TenantId } from '#kernel'
import { hashOfLeaf } from './entry.ts'
import { AuditError, openAudit, type Audit } from './index.ts'
import { memoryAuditStore } from './memory-audit-store.ts'

const tenant = 'acme' as TenantId
const call = `call_${'0'.repeat(31)}1` as CallId
const isCode = (code: AuditError['code']) => (error: unknown) =>
  error instanceof AuditError && error.code === code

function setUp(store = memoryAuditStore(), key = 7) {
  const clock = fakeClock()
  const numberKey = () => new Secret(new Uint8Array(32).fill(key))
  const open = () => openAudit({ store, clock, log: silentLog, deployment: 'voxkeep', numberKey })
  const kept = (of = tenant) => {
    const log = store.kept.get(of)
    assert.ok(log)
    return log
  }
  return { store, clock, open, kept }
}
const append = (audit: Audit, n: number, of = tenant) =>
  audit.append({ type: 'call.answered', tenant: of, call, actor: 'app:ivr', fields: { n } })

async function filled(count: number) {
  const world = setUp()
  const audit = world.open()
  await Promise.all(Array.from({ length: count }, (_, n) => append(audit, n)))
  return { ...world, audit }
}

test('Audit.append() makes a leaf of the entry’s canonical JSON, and moves the head to the tree’s new root', async () => {
  const { kept } = await filled(2)
  const [first, second] = kept().leaves
  assert.ok(first && second)
  assert.equal(
    first.leaf,
    `{"actor":"app:ivr","at":"2023-11-14T22:13:20.000Z","call":"${call}","fields":{"n":0},"index":0,"tenant":"acme","type":"call.answered"}`,
  )
  const sha256 = (...parts: (string | Uint8Array)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
  const root = sha256('\x01', sha256('\0', first.leaf), sha256('\0', second.leaf)).toString('base64')
  const { size, origin } = kept().row
  assert.deepEqual({ size, origin, root: kept().row.root }, { size: 2, origin: 'voxkeep/audit/acme', root })
})

test('Audit.append() gives the entry with its place and its leaf’s hash', async () => {
  const { audit, kept } = await filled(1)
  const entry = await append(audit, 1)
  assert.equal(entry.index, 1)
  assert.equal(entry.hash, Buffer.from(hashOfLeaf(kept().leaves[1]?.leaf ?? '')).toString('hex'))
})

test('Audit.append() keeps a log for each tenant', async () => {
  const { audit, kept } = await filled(3)
  const other = 'globex' as TenantId
  assert.equal((await append(audit, 0, other)).index, 0)
  assert.deepEqual([kept().row.size, kept(other).row.size], [3, 1])
})

test('Audit.append() writes full tiles as they fill, so that the head needs only the last of each level', async () => {
  const { kept, audit } = await filled(600)
  const { tiles, leaves, row } = kept()
  assert.deepEqual(
    tiles.map(({ level, index }) => [level, index]),
    [
      [0, 0],
      [0, 1],
    ],
  )
  assert.equal(row.root, toBase64(rootOf(leaves.map(({ leaf }) => hashOfLeaf(leaf)))))
  assert.equal((await (await audit.log(tenant)).state()).size, 600)
})

test('Audit.append() resolves only once the store has the entry', async () => {
  const { store, open, kept } = setUp()
  const gate = Promise.withResolvers<void>()
  const { grow } = store
  store.grow = (...growth) => gate.promise.then(() => grow(...growth))
  const audit = open()
  let done = false
  const appended = append(audit, 1).then(() => (done = true))
  await new Promise(setImmediate)
  assert.equal(done, false)
  gate.resolve()
  await appended
  assert.equal(kept().leaves.length, 1)
})

test('Audit.append() rejects when the store fails, and carries on from where the store really stands', async () => {
  const { store, open, kept } = setUp()
  const audit = open()
  await append(audit, 1)
  const { grow } = store
  // The worst failure: the entries were kept, and the store says that they were not.
  store.grow = (...growth) => grow(...growth).then(() => Promise.reject(new Error('connection lost')))
  await assert.rejects(append(audit, 2), isCode('AUDIT_UNAVAILABLE'))
  store.grow = grow
  assert.equal((await append(audit, 3)).index, 2)
  assert.equal(kept().leaves.length, 3)
})

test('Audit.append() goes on behind what another writer appended: no gap, no fork', async () => {
  const { open, kept } = setUp()
  const writers = [open(), open(), open()]
  await Promise.all(Array.from({ length: 300 }, (_, n) => append(writers[n % writers.length] as Audit, n)))
  const { leaves, row } = kept()
  assert.deepEqual(
    leaves.map(({ idx }) => idx),
    leaves.map((_, n) => n),
  )
  assert.equal(row.size, 300)
  assert.equal(row.root, toBase64(rootOf(leaves.map(({ leaf }) => hashOfLeaf(leaf)))))
})

test('Audit.append() refuses when too many entries wait', async () => {
  const { store, open } = setUp()
  const audit = open()
  await append(audit, 0)
  const gate = Promise.withResolvers<void>()
  const { grow } = store
  store.grow = (...growth) => gate.promise.then(() => grow(...growth))
  const waiting = Promise.all(Array.from({ length: 10_000 }, (_, n) => append(audit, n)))
  await new Promise(setImmediate)
  const more = Array.from({ length: 600 }, () => append(audit, 0))
  await assert.rejects(Promise.all(more), isCode('AUDIT_OVERLOADED'))
  gate.resolve()
  await waiting
  await Promise.allSettled(more)
})

test('Audit.append() refuses an entry that no bundle could hold, and takes one that just fits', async () => {
  const { open } = setUp()
  const audit = open()
  const event = (length: number) => ({ type: 'x', tenant, actor: 'a', fields: { text: 'é'.repeat(length) } })
  await assert.rejects(audit.append(event(32_767)), isCode('AUDIT_TOO_LARGE'))
  await audit.append(event(32_600))
})

test('openAudit() continues the log of an earlier run', async () => {
  const { open, kept } = setUp()
  await append(open(), 1)
  assert.equal((await append(open(), 2)).index, 1)
  assert.equal(kept().leaves.length, 2)
})

test('Audit.append() adds nothing to a log whose end, head or tiles were changed', async () => {
  const damages: ((log: ReturnType<ReturnType<typeof setUp>['kept']>) => unknown)[] = [
    ({ leaves }) => leaves.splice(-1, 1, { ...leaves[0]!, leaf: '{}' }),
    ({ leaves }) => leaves.pop(),
    (log) => (log.row = { ...log.row, size: log.row.size - 1 }),
    (log) => (log.row = { ...log.row, root: toBase64(new Uint8Array(32)) }),
    ({ tiles }) => tiles.splice(0, 1, { ...tiles[0]!, root: new Uint8Array(32) }),
    ({ tiles }) => tiles.shift(),
  ]
  for (const damage of damages) {
    const { open, kept } = await filled(300)
    damage(kept())
    await assert.rejects(append(open(), 1), isCode('AUDIT_BROKEN'))
  }
})

test('Audit.append() refuses a log that was rolled back, or rewritten, while it runs', async () => {
  const { audit, kept, open } = await filled(20)
  const log = kept()
  const older = { row: log.row, leaves: [...log.leaves] }
  await append(audit, 20)
  Object.assign(log, older)
  await assert.rejects(append(audit, 21), isCode('AUDIT_BROKEN'))
  // Somebody else goes on where the log was rolled back to: a fork, of which one branch is gone.
  const other = open()
  for (let n = 0; n < 5; n++) await append(other, n)
  await assert.rejects(append(audit, 22), isCode('AUDIT_BROKEN'))
})

test('a log that was changed stops its own tenant alone', async () => {
  const { audit, kept, open } = await filled(2)
  await append(audit, 0, 'globex' as TenantId)
  kept().leaves.pop()
  const later = open()
  await assert.rejects(append(later, 1), isCode('AUDIT_BROKEN'))
  assert.equal((await append(later, 1, 'globex' as TenantId)).index, 1)
})

test('Audit.ofCall() gives the entries of one call in order', async () => {
  const { audit } = await filled(3)
  await audit.append({ type: 'token.revoked', tenant, actor: 'token:tok_1', fields: {} })
  const entries = await audit.ofCall(tenant, call)
  assert.deepEqual(
    entries.map((entry) => [entry.index, entry.call, entry.fields['n']]),
    [
      [0, call, 0],
      [1, call, 1],
      [2, call, 2],
    ],
  )
})

test('Audit.append() puts a person’s number in as its pseudonym, the same in every spelling', async () => {
  const { store, open, kept } = setUp()
  const audit = open()
  const fields = {
    from: '+49 (30) 111-222333',
    uri: 'sip:+4930111222333@carrier.example;user=phone',
    tel: 'tel:+4930111222333',
    address: '192.168.10.12',
    at: '2026-01-02T03:04:05.678Z',
    count: 4_930_111,
  }
  const entry = await audit.append({ type: 'x', tenant, actor: 'sip:anna@example.org', fields })
  const same = audit.pseudonym(tenant, '+4930111222333')
  assert.match(same, /^person:[\w-]{27}$/)
  assert.deepEqual(entry.fields, { ...fields, from: same, uri: same, tel: same })
  assert.equal(entry.actor, audit.pseudonym(tenant, 'anna'))
  assert.ok(!kept().leaves.some(({ leaf, actor }) => `${leaf}${actor}`.match(/111222333|anna/)))
  const short = await audit.append({ type: 'x', tenant, actor: 'a', fields: { to: '+29012' } })
  assert.deepEqual(short.fields, { to: audit.pseudonym(tenant, '+29012') })
  assert.notEqual(setUp(store, 8).open().pseudonym(tenant, '+4930111222333'), same)
})

test('Audit.append() takes entries without personal data while the tenant’s keys are closed, and no others', async () => {
  const { store, clock } = setUp()
  const numberKey = () => {
    throw new Error('closed')
  }
  const audit = openAudit({ store, clock, log: silentLog, deployment: 'voxkeep', numberKey })
  await append(audit, 1)
  const event = { type: 'x', tenant, actor: 'system', fields: { from: '+4930111222333' } }
  await assert.rejects(audit.append(event), /closed/)
})

test('Audit.append() survives values that canonical JSON does not know', async () => {
  const { open, kept } = setUp()
  const audit = open()
  const fields = { nan: Number.NaN, half: 'a\ud800', nul: '\0' }
  const entry = await audit.append({ type: 'x', tenant, actor: 'system', fields })
  assert.deepEqual(entry.fields, { nan: 'NaN', half: 'a\ufffd', nul: '\0' })
  assert.equal(kept().leaves.length, 1)
})

test('Audit.onAppended() tells of each log’s new size', async () => {
  const { open } = setUp()
  const audit = open()
  const told: unknown[] = []
  const stop = audit.onAppended((of, size) => told.push([of, size]))
  await append(audit, 1)
  stop()
  await append(audit, 2)
  assert.deepEqual(told, [[tenant, 1]])
})
