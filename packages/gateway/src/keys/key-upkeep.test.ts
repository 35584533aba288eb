import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startKeyUpkeep } from './key-upkeep.ts'
import { acme, rival, tenants, type Tenants } from './test-tenants.ts'

const dayMs = 86_400_000
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
}

function upkeep({ clock, keys }: Tenants, o: { rotateMs?: number; failing?: boolean } = {}) {
  const audited: string[] = []
  const errors: string[] = []
  const running = startKeyUpkeep({
    keys,
    clock,
    rotateMs: o.rotateMs ?? 90 * dayMs,
    beforeRotate: async (tenant) => {
      if (o.failing && tenant === acme) throw new Error('no audit')
      audited.push(tenant)
    },
    onError: (tenant) => void errors.push(tenant),
  })
  return { audited, errors, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
}

const versions = ({ rows }: Tenants, tenant: string) =>
  Math.max(...rows.keys.filter((row) => row.tenant === tenant).map(({ version }) => version))

test('startKeyUpkeep() rotates a tenant when its keys are old enough, once, and re-wraps', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const { kept } = at.keys.beginObject({ tenant: acme, purpose: 'audio', object: 'rec_1' })
  await kept
  await using care = upkeep(at)
  await settle()
  assert.deepEqual(care.audited, [])
  at.clock.advance(90 * dayMs)
  for (let round = 0; round < 3; round++) {
    await settle()
    at.clock.advance(3_600_000)
  }
  await settle()
  assert.deepEqual(care.audited, [acme])
  assert.equal(versions(at, acme), 2)
  const newest = at.rows.keys.find(({ purpose, state }) => purpose === 'audio' && state === 'active')
  assert.equal(at.rows.dataKeys[0]?.tenant_key, newest?.id)
})

test('startKeyUpkeep() does at its start what fell due while nothing ran', async () => {
  const at = tenants()
  await at.keys.open(acme)
  at.clock.advance(200 * dayMs)
  await using care = upkeep(at)
  await settle()
  assert.deepEqual(care.audited, [acme])
  assert.equal(versions(at, acme), 2)
})

test('startKeyUpkeep() rotates nothing that the audit log does not take, and goes on with the others', async () => {
  const at = tenants()
  await at.keys.open(acme)
  await at.keys.open(rival)
  at.clock.advance(90 * dayMs)
  await using care = upkeep(at, { failing: true })
  await settle()
  assert.deepEqual([care.audited, care.errors], [[rival], [acme]])
  assert.deepEqual([versions(at, acme), versions(at, rival)], [1, 2])
})

test('startKeyUpkeep() rotates only on demand where the age is 0, and leaves closed tenants alone', async () => {
  const at = tenants()
  await at.keys.open(acme)
  at.provider.failing.set(acme, 'KEY_REFUSED')
  await at.keys.recheck()
  at.clock.advance(900 * dayMs)
  await using care = upkeep(at, { rotateMs: 0 })
  await settle()
  assert.deepEqual([care.audited, care.errors], [[], []])
})
