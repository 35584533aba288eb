import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeyContext } from './contract.ts'
import { acme, isCode, limits, rival, tenants, type Tenants } from './test-tenants.ts'

const recording: KeyContext = { tenant: acme, purpose: 'audio', object: 'rec_1' }

async function begun({ keys }: Tenants, context = recording): Promise<Uint8Array> {
  const { plain, kept } = keys.beginObject(context)
  await kept
  return plain
}

/** Lets everything that waits for promises alone go on. */
const settle = () => new Promise(setImmediate)

test('TenantKeys.open() makes a key for each purpose, wrapped for its tenant, and opens the same ones after a restart', async () => {
  const at = tenants()
  await at.keys.open(acme)
  assert.deepEqual(
    new Set(at.rows.keys.map(({ purpose }) => purpose)),
    new Set(['records', 'audio', 'transcript', 'original', 'analytics', 'tokens', 'backup', 'system']),
  )
  const sealed = at.keys.fieldSeal.seal(acme, '+4930', 'calls.from 1')
  const again = at.again()
  await again.open(acme)
  assert.equal(at.rows.keys.length, 8)
  assert.equal(again.fieldSeal.open(acme, sealed, 'calls.from 1'), '+4930')
  assert.deepEqual(again.hmacKey(acme, 'numbers'), at.keys.hmacKey(acme, 'numbers'))
  assert.notDeepEqual(again.hmacKey(acme, 'numbers'), again.hmacKey(acme, 'others'))
})

test('TenantKeys.open() refuses a key row that was moved to another tenant or purpose', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const stolen = at.rows.keys.map((row) => ({ ...row, tenant: rival }))
  at.rows.keys.push(...stolen)
  await assert.rejects(at.keys.open(rival), isCode('KEY_TAMPERED'))
  assert.throws(() => at.keys.fieldSeal.seal(rival, 'x', 'y'), isCode('KEY_CLOSED'))
})

test('TenantKeys.open() opens no more tenants than allowed', async () => {
  const at = tenants({ limits: { maxTenants: 1 } })
  await at.keys.open(acme)
  await assert.rejects(at.keys.open(rival), isCode('KEY_LIMIT'))
  await at.keys.open(acme)
})

test('TenantKeys.openObject() gives what beginObject() gave, after a restart too, and to its own tenant, purpose and object only', async () => {
  const at = tenants()
  await at.keys.open(acme)
  await at.keys.open(rival)
  const plain = await begun(at)
  assert.deepEqual(await at.keys.openObject(recording), plain)
  const again = at.again()
  await again.open(acme)
  assert.deepEqual(await again.openObject(recording), plain)
  await assert.rejects(at.keys.openObject({ ...recording, tenant: rival }), isCode('KEY_UNKNOWN'))
  await assert.rejects(again.openObject({ ...recording, purpose: 'transcript' }), isCode('KEY_UNKNOWN'))
  await assert.rejects(at.keys.openObject({ ...recording, object: 'rec_2' }), isCode('KEY_UNKNOWN'))
})

test('TenantKeys.openDataKey() refuses a wrapped key that was changed, or belongs to another object', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const { tenantKey, wrapped } = at.keys.newDataKey(recording)
  const refuse = (key: { tenantKey: string; wrapped: Uint8Array }, context: KeyContext) =>
    assert.rejects(at.keys.openDataKey(key, context), isCode('KEY_TAMPERED'))
  await refuse({ tenantKey, wrapped }, { ...recording, object: 'rec_2' })
  await refuse({ tenantKey, wrapped }, { ...recording, purpose: 'transcript' })
  for (let byte = 0; byte < wrapped.length; byte += 7)
    await refuse({ tenantKey, wrapped: wrapped.with(byte, (wrapped[byte] ?? 0) ^ 1) }, recording)
  await refuse({ tenantKey, wrapped: new Uint8Array() }, recording)
})

test('TenantKeys closes a tenant whose key its provider refuses, within one recheck; others stay open', async () => {
  const at = tenants()
  await at.keys.open(acme)
  await at.keys.open(rival)
  await begun(at)
  at.provider.failing.set(acme, 'KEY_REFUSED')
  at.clock.advance(limits.recheckMs)
  await settle()
  assert.equal(at.keys.state(acme), 'closed')
  assert.throws(() => at.keys.fieldSeal.seal(acme, 'x', 'y'), isCode('KEY_CLOSED'))
  assert.throws(() => at.keys.hmacKey(acme, 'x'), isCode('KEY_CLOSED'))
  assert.throws(() => at.keys.beginObject(recording), isCode('KEY_CLOSED'))
  await assert.rejects(at.keys.openObject(recording), isCode('KEY_CLOSED'))
  assert.equal(at.keys.state(rival), 'open')
  at.keys.fieldSeal.seal(rival, 'x', 'y')
  assert.deepEqual(
    at.events.filter(({ kind }) => kind === 'refused').map(({ tenant }) => tenant),
    [acme],
  )
})

test('TenantKeys opens a tenant again by itself once its provider allows it', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const plain = await begun(at)
  at.provider.failing.set(acme, 'KEY_REFUSED')
  for (let round = 0; round < 3; round++) {
    at.clock.advance(limits.recheckMs)
    await settle()
  }
  at.provider.failing.clear()
  at.clock.advance(limits.recheckMs)
  await settle()
  assert.equal(at.keys.state(acme), 'open')
  assert.deepEqual(await at.keys.openObject(recording), plain)
  assert.deepEqual(
    at.events.map(({ kind }) => kind),
    ['made', 'opened', 'refused', 'opened'],
    'each is told once',
  )
})

test('TenantKeys leaves a tenant open while its provider is away, for its grace and no longer', async () => {
  const at = tenants()
  await at.keys.open(acme)
  at.provider.failing.set('*', 'KEY_UNAVAILABLE')
  at.clock.advance(limits.recheckMs)
  await settle()
  assert.equal(at.keys.state(acme), 'unavailable')
  at.keys.fieldSeal.seal(acme, 'x', 'y')
  at.clock.advance(limits.graceMs - limits.recheckMs - 1)
  await settle()
  assert.equal(at.keys.state(acme), 'unavailable')
  at.clock.advance(1)
  await settle()
  assert.equal(at.keys.state(acme), 'closed')
  assert.deepEqual(
    at.events.map(({ kind }) => kind),
    ['made', 'opened', 'unavailable', 'closed'],
  )
})

test('TenantKeys closes a tenant at the end of its grace also when the timer fires a little early', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const { set } = at.clock
  Object.assign(at.clock, { set: (ms: number, fire: () => void) => set(ms - 0.5, fire) })
  at.provider.failing.set('*', 'KEY_UNAVAILABLE')
  await at.keys.recheck()
  at.clock.advance(limits.graceMs - 0.5)
  assert.equal(at.keys.state(acme), 'closed')
})

test('TenantKeys begins a bounded number of objects while its provider is away, and says when it is back', async () => {
  const at = tenants()
  await at.keys.open(acme)
  at.provider.failing.set('*', 'KEY_UNAVAILABLE')
  await at.keys.recheck()
  for (let count = 0; count < limits.maxSealedWhileDown; count++) at.keys.newDataKey(recording)
  assert.throws(() => at.keys.newDataKey(recording), isCode('KEY_LIMIT'))
  at.provider.failing.clear()
  await at.keys.recheck()
  at.keys.newDataKey(recording)
  assert.equal(at.events.at(-1)?.kind, 'recovered')
})

test('TenantKeys closes a tenant whose provider gives another key than before', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const unwrap = at.provider.unwrap
  Object.assign(at.provider, { unwrap: async () => new Uint8Array(32) })
  await at.keys.recheck()
  assert.equal(at.keys.state(acme), 'closed')
  Object.assign(at.provider, { unwrap })
  await at.keys.recheck()
  assert.equal(at.keys.state(acme), 'open')
})

test('TenantKeys zeroes the keys of a tenant that closes', async () => {
  const at = tenants()
  const given: Uint8Array[] = []
  const { unwrap } = at.provider
  Object.assign(at.provider, {
    unwrap: async (...args: Parameters<typeof unwrap>) => {
      const plain = await unwrap(...args)
      given.push(plain)
      return plain
    },
  })
  await at.keys.open(acme)
  assert.ok(given.some((key) => key.some((byte) => byte !== 0)))
  await at.keys[Symbol.asyncDispose]()
  assert.ok(given.length >= 7 && given.every((key) => key.every((byte) => byte === 0)))
})

test('TenantKeys stops asking once it is disposed', async () => {
  const at = tenants()
  await at.keys.open(acme)
  await at.keys[Symbol.asyncDispose]()
  assert.equal(at.clock.timers, 0)
})

test('TenantKeys goes on sealing when the clock is set back before its first key was made', async () => {
  const at = tenants()
  await at.keys.open(acme)
  for (const [index, row] of at.rows.keys.entries())
    at.rows.keys[index] = { ...row, active_from: new Date(at.clock.now() + 3_600_000) }
  await at.keys.recheck()
  assert.match(at.keys.fieldSeal.seal(acme, 'x', 'y'), /^v1\.1\./)
  at.keys.newDataKey(recording)
})
