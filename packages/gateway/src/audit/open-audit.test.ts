import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { fakeClock, Secret, silentLog, type CallId, type TenantId } from '#kernel'
import { AuditError, genesisHash, openAudit, type Audit } from './index.ts'
import { memoryAuditStore } from './memory-audit-store.ts'

const tenant = 'acme' as TenantId
const call = `call_${'0'.repeat(31)}1` as CallId
const numberKey = new Secret(new Uint8Array(32).fill(7))
const isCode = (code: AuditError['code']) => (error: unknown) =>
  error instanceof AuditError && error.code === code

function setUp(store = memoryAuditStore()) {
  const clock = fakeClock()
  return { store, clock, open: () => openAudit({ store, clock, log: silentLog, numberKey }) }
}
const append = (audit: Audit, n: number) =>
  audit.append({ type: 'call.answered', tenant, call, actor: 'app:ivr', fields: { n } })

const hash = (previous: string, body: string) =>
  createHash('sha256').update(Buffer.from(previous, 'hex')).update(body).digest('hex')

async function filled(count: number) {
  const { store, open } = setUp()
  const audit = await open()
  await Promise.all(Array.from({ length: count }, (_, n) => append(audit, n)))
  return { store, audit }
}

test('Audit.append() chains each entry to the one before by SHA-256 over its canonical JSON', async () => {
  const { store, audit } = await filled(2)
  const [first, second] = store.entries
  assert.ok(first && second)
  assert.equal(
    first.body,
    `{"actor":"app:ivr","at":"2023-11-14T22:13:20.000Z","call":"${call}","fields":{"n":0},"seq":1,"tenant":"acme","type":"call.answered"}`,
  )
  assert.equal(first.hash, hash(genesisHash, first.body))
  assert.equal(second.hash, hash(first.hash, second.body))
  assert.deepEqual(await audit.verify(), { ok: true, entries: 2, head: second.hash })
})

test('Audit.append() resolves only once the store has the entry', async () => {
  const { store, open } = setUp()
  const gate = Promise.withResolvers<void>()
  const keep = store.append
  store.append = (entries) => gate.promise.then(() => keep(entries))
  const audit = await open()
  let done = false
  const appended = append(audit, 1).then(() => (done = true))
  await new Promise(setImmediate)
  assert.equal(done, false)
  gate.resolve()
  await appended
  assert.equal(store.entries.length, 1)
})

test('Audit.append() rejects when the store fails, and carries on from where the store really stands', async () => {
  const { store, open } = setUp()
  const audit = await open()
  await append(audit, 1)
  const keep = store.append
  // The worst failure: the entries were kept, and the store says that they were not.
  store.append = (entries) => keep(entries).then(() => Promise.reject(new Error('connection lost')))
  await assert.rejects(append(audit, 2), isCode('AUDIT_UNAVAILABLE'))
  store.append = keep
  await append(audit, 3)
  assert.deepEqual(
    store.entries.map((entry) => entry.seq),
    [1, 2, 3],
  )
  assert.equal((await audit.verify()).ok, true)
})

test('Audit.append() refuses when too many entries wait', async () => {
  const { store, open } = setUp()
  const gate = Promise.withResolvers<void>()
  store.append = () => gate.promise
  const audit = await open()
  const waiting = Promise.all(Array.from({ length: 10_000 }, (_, n) => append(audit, n)))
  await assert.rejects(append(audit, 0), isCode('AUDIT_OVERLOADED'))
  gate.resolve()
  await waiting
})

test('openAudit() continues the chain of an earlier run', async () => {
  const { store, open } = setUp()
  await append(await open(), 1)
  const audit = await open()
  assert.equal((await append(audit, 2)).seq, 2)
  assert.equal((await audit.verify()).ok, true)
  assert.equal(store.entries.length, 2)
})

test('openAudit() refuses a log whose last entry was changed', async () => {
  const { store } = await filled(2)
  const last = store.entries.at(-1)
  assert.ok(last)
  store.entries = [...store.entries.slice(0, -1), { ...last, body: last.body.replace('"n":1', '"n": 1') }]
  await assert.rejects(setUp(store).open(), isCode('AUDIT_BROKEN'))
})

test('Audit.ofCall() gives the entries of one call in order', async () => {
  const { audit } = await filled(3)
  await audit.append({ type: 'token.revoked', tenant, actor: 'token:tok_1', fields: {} })
  const entries = await audit.ofCall(call)
  assert.deepEqual(
    entries.map((entry) => [entry.seq, entry.call, entry.fields['n']]),
    [
      [1, call, 0],
      [2, call, 1],
      [3, call, 2],
    ],
  )
})

test('Audit.append() puts a person’s number in as its pseudonym, the same in every spelling', async () => {
  const { store, open } = setUp()
  const audit = await open()
  const fields = {
    from: '+49 (30) 111-222333',
    uri: 'sip:+4930111222333@carrier.example;user=phone',
    tel: 'tel:+4930111222333',
    address: '192.168.10.12',
    at: '2026-01-02T03:04:05.678Z',
    count: 4_930_111,
  }
  const entry = await audit.append({ type: 'x', tenant, actor: 'sip:anna@example.org', fields })
  const same = audit.pseudonym('+4930111222333')
  assert.match(same, /^person:[\w-]{27}$/)
  assert.deepEqual(entry.fields, { ...fields, from: same, uri: same, tel: same })
  assert.equal(entry.actor, audit.pseudonym('anna'))
  assert.ok(!store.entries.some(({ body }) => body.includes('111222333') || body.includes('anna')))
  const other = await openAudit({
    store,
    clock: fakeClock(),
    log: silentLog,
    numberKey: new Secret(new Uint8Array(32)),
  })
  assert.notEqual(other.pseudonym('+4930111222333'), same)
})

test('Audit.append() survives values that canonical JSON does not know', async () => {
  const { open } = setUp()
  const audit = await open()
  const fields = { nan: Number.NaN, half: 'a\ud800', nul: '\0' }
  const entry = await audit.append({ type: 'x', tenant, actor: 'system', fields })
  assert.deepEqual(entry.fields, { nan: 'NaN', half: 'a\ufffd', nul: '\0' })
  assert.equal((await audit.verify()).ok, true)
})
