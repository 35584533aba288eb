import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { KeyContext } from './contract.ts'
import type { OpenTenantKeys } from './open-tenant-keys.ts'
import { acme, isCode, rival, tenants } from './test-tenants.ts'

const recording = (index: number): KeyContext => ({
  tenant: acme,
  purpose: 'audio',
  object: `rec_${String(index).padStart(4, '0')}`,
})

async function begin(keys: OpenTenantKeys, count: number, from = 0): Promise<Uint8Array[]> {
  const made = []
  for (let index = from; index < from + count; index++) {
    const { plain, kept } = keys.beginObject(recording(index))
    await kept
    made.push(plain)
  }
  return made
}

async function readAll(keys: OpenTenantKeys, count: number): Promise<Uint8Array[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => keys.openObject(recording(index))))
}

test('KeyRotation.rotate() seals with new keys from then on, and what old ones sealed still opens', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const before = await begin(at.keys, 1)
  const field = at.keys.fieldSeal.seal(acme, '+4930', 'x')
  const hash = at.keys.hmacKey(acme, 'numbers')
  const rotated = await at.keys.rotate(acme, 'all')
  assert.deepEqual(new Set(rotated.map(({ purpose }) => purpose)).size, 7)
  assert.ok(!rotated.some(({ purpose }) => purpose === 'system'))
  assert.equal(at.provider.versions.get(acme), 2, 'the provider’s key has a new version too')
  const after = await begin(at.keys, 1, 1)
  assert.notEqual(at.rows.dataKeys[0]?.tenant_key, at.rows.dataKeys[1]?.tenant_key)
  assert.match(at.keys.fieldSeal.seal(acme, 'x', 'y'), /^v1\.2\./)
  assert.equal(at.keys.fieldSeal.open(acme, field, 'x'), '+4930')
  assert.deepEqual(at.keys.hmacKey(acme, 'numbers'), hash)
  const again = at.again()
  await again.open(acme)
  assert.deepEqual(await readAll(again, 2), [...before, ...after])
  assert.equal(again.fieldSeal.open(acme, field, 'x'), '+4930')
})

test('KeyRotation.rotate() of one purpose leaves the others and the provider’s key alone', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const rotated = await at.keys.rotate(acme, 'audio')
  assert.deepEqual(
    rotated.map(({ purpose, version }) => [purpose, version]),
    [['audio', 2]],
  )
  assert.equal(at.provider.versions.get(acme), 1)
})

test('KeyRotation.rotate() refuses when too many keys of a purpose are still needed', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const first = at.rows.keys.find(({ purpose }) => purpose === 'analytics')
  assert.ok(first)
  const more = Array.from({ length: 399 }, (_, index) => ({
    ...first,
    version: index + 2,
    state: 'retired' as const,
  }))
  at.rows.keys.push(...more.map((row) => ({ ...row, id: `tky_${row.version}` as typeof row.id })))
  await assert.rejects(at.keys.rotate(acme, 'analytics'), isCode('KEY_LIMIT'))
  await at.keys.rotate(acme, 'audio')
})

test('KeyRotation.rotate() goes on when the provider’s owner rotates its key, and refuses a closed tenant', async () => {
  const at = tenants()
  await at.keys.open(acme)
  Object.assign(at.provider, { rotate: () => Promise.reject(new Error('AccessDenied')) })
  assert.equal((await at.keys.rotate(acme, 'all')).length, 7)
  assert.ok(at.events.some(({ kind }) => kind === 'provider-not-rotated'))
  at.provider.failing.set(acme, 'KEY_REFUSED')
  await at.keys.recheck()
  await assert.rejects(at.keys.rotate(acme, 'all'), isCode('KEY_CLOSED'))
})

test('KeyRotation.rewrap() puts everything under the newest keys, without touching an object, and destroys what nobody needs', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const plain = await begin(at.keys, 450)
  await at.keys.rotate(acme, 'all')
  const wrappedBefore = at.rows.keys.find(
    ({ purpose, version }) => purpose === 'audio' && version === 1,
  )?.wrapped
  const progress = await at.keys.rewrap(acme)
  assert.deepEqual([progress.state, progress.done, progress.total, progress.broken], ['done', 458, 458, 0])
  const newest = at.rows.keys.find(({ purpose, state }) => purpose === 'audio' && state === 'active')
  assert.ok(at.rows.dataKeys.every((row) => row.tenant_key === newest?.id))
  assert.ok(at.rows.keys.every(({ key_ref: ref }) => ref === 'fake:acme:2'))
  assert.deepEqual(await readAll(at.keys, 450), plain)
  assert.ok(!at.rows.keys.some(({ state }) => state === 'destroyed'), 'nothing goes at once')

  at.clock.advance(600_000)
  await at.keys.rewrap(acme)
  const gone = at.rows.keys.filter(({ state }) => state === 'destroyed')
  assert.deepEqual(
    new Set(gone.map(({ purpose }) => purpose)),
    new Set(['audio', 'transcript', 'original', 'analytics', 'tokens']),
  )
  const audio = gone.find(({ purpose }) => purpose === 'audio')
  assert.equal(audio?.wrapped.length, 0)
  assert.notEqual(
    audio?.wrapped_sha256,
    sha256(wrappedBefore ?? new Uint8Array()),
    'it was re-wrapped in between',
  )
  assert.match(audio?.wrapped_sha256 ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual(await readAll(at.keys, 450), plain)
  assert.ok(at.events.some((event) => event.kind === 'key-destroyed' && event.key === audio?.id))
})

test('KeyRotation.rewrap() goes on where a crash stopped it', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const plain = await begin(at.keys, 450)
  await at.keys.rotate(acme, 'all')
  const { rewrapDataKeys } = at.rows
  let batches = 0
  Object.assign(at.rows, {
    rewrapDataKeys: (...args: Parameters<typeof rewrapDataKeys>) => {
      batches += 1
      return batches === 2 ? Promise.reject(new Error('killed')) : rewrapDataKeys(...args)
    },
  })
  await assert.rejects(at.keys.rewrap(acme), isCode('KEY_UNAVAILABLE'))
  assert.equal(at.keys.progress(acme)?.state, 'failed')
  const again = at.again()
  await again.open(acme)
  const progress = await again.rewrap(acme)
  assert.deepEqual([progress.done, progress.total], [250, 250], 'what was done is not done again')
  assert.deepEqual(await readAll(again, 450), plain)
})

test('KeyRotation.rewrap() counts a data key that was tampered with, leaves it, and does the rest', async () => {
  const at = tenants()
  await at.keys.open(acme)
  await begin(at.keys, 3)
  const row = at.rows.dataKeys[1]
  assert.ok(row)
  at.rows.dataKeys[1] = { ...row, wrapped: row.wrapped.with(40, (row.wrapped[40] ?? 0) ^ 1) }
  await at.keys.rotate(acme, 'audio')
  const progress = await at.keys.rewrap(acme)
  assert.deepEqual([progress.done, progress.broken], [2, 1])
  at.clock.advance(600_000)
  await at.keys.rewrap(acme)
  assert.ok(
    !at.rows.keys.some(({ state }) => state === 'destroyed'),
    'its tenant key stays for whoever mends it',
  )
})

test('KeyRotation.rewrap() moves a tenant to the provider that it brings, after which the old one can go', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const plain = await begin(at.keys, 2)
  const field = at.keys.fieldSeal.seal(acme, '+4930', 'x')
  at.move(acme)
  await at.keys.rewrap(acme)
  assert.ok(at.rows.keys.every(({ provider }) => provider === 'other'))
  at.provider.failing.set('*', 'KEY_REFUSED')
  await at.keys.recheck()
  assert.equal(at.keys.state(acme), 'open')
  const again = at.again()
  await again.open(acme)
  assert.deepEqual(await readAll(again, 2), plain)
  assert.equal(again.fieldSeal.open(acme, field, 'x'), '+4930')
  at.other.failing.set(acme, 'KEY_REFUSED')
  await at.keys.recheck()
  assert.equal(at.keys.state(acme), 'closed')
})

test('KeyRotation.rotate() lets other nodes hear of a key before it seals', async () => {
  const at = tenants({ spreadMs: 120_000 })
  await at.keys.open(acme)
  await at.keys.rotate(acme, 'records')
  assert.match(at.keys.fieldSeal.seal(acme, 'x', 'y'), /^v1\.1\./)
  const node = at.again()
  await node.open(acme)
  at.clock.advance(120_000)
  const sealed = at.keys.fieldSeal.seal(acme, 'x', 'y')
  assert.match(sealed, /^v1\.2\./)
  assert.equal(node.fieldSeal.open(acme, sealed, 'y'), 'x')
})

test('KeyShredding.shredObject() leaves nobody able to read the object, and gives the same proof again', async () => {
  const at = tenants()
  await at.keys.open(acme)
  await begin(at.keys, 2)
  const [first] = at.rows.dataKeys
  assert.ok(first)
  await at.keys.openObject(recording(0)) // it is in the cache now
  const proof = await at.keys.shredObject(acme, first.object)
  assert.equal(proof?.wrapped_sha256, sha256(first.wrapped))
  await assert.rejects(at.keys.openObject(recording(0)), isCode('KEY_UNKNOWN'))
  assert.deepEqual(at.events.at(-1), {
    kind: 'shredded',
    tenant: acme,
    provider: 'fake',
    object: first.object,
    sha256: proof?.wrapped_sha256,
  })
  at.clock.advance(1)
  const told = at.events.length
  assert.deepEqual(await at.keys.shredObject(acme, first.object), proof)
  assert.equal(at.events.length, told, 'the proof is told once')
  assert.equal(await at.keys.shredObject(rival, 'rec_0001'), undefined)
  await at.keys.openObject(recording(1))
})

test('KeyShredding.destroyTenant() leaves a tenant unreadable with a copy of all rows, and its name burnt; others live', async () => {
  const at = tenants()
  await at.keys.open(acme)
  await at.keys.open(rival)
  await begin(at.keys, 3)
  const backup = structuredClone({ keys: at.rows.keys, dataKeys: at.rows.dataKeys })
  const destroyed = await at.keys.destroyTenant(acme)
  assert.equal(destroyed.objects, 3)
  assert.equal(destroyed.keys.length, 8)
  assert.deepEqual(
    destroyed.providers.map(({ provider, key, code }) => [provider, key, code]),
    [['fake', acme, undefined]],
  )
  await assert.rejects(at.keys.open(acme), isCode('KEY_REFUSED'))
  assert.equal(at.keys.state(rival), 'open')
  at.rows.keys.splice(0, Infinity, ...backup.keys)
  at.rows.dataKeys.splice(0, Infinity, ...backup.dataKeys)
  const again = at.again()
  await assert.rejects(again.open(acme), isCode('KEY_REFUSED'))
  await again.open(rival)
})

test('KeyShredding.destroyTenant() says when the provider keeps its key, and tries it again', async () => {
  const at = tenants()
  await at.keys.open(acme)
  at.provider.failing.set(acme, 'KEY_UNAVAILABLE')
  const first = await at.keys.destroyTenant(acme)
  assert.deepEqual(first.providers[0]?.code, 'KEY_UNAVAILABLE')
  at.provider.failing.clear()
  const second = await at.keys.destroyTenant(acme)
  assert.deepEqual([second.keys.length, second.providers[0]?.code], [0, undefined])
  assert.ok(at.provider.destroyed.has(acme))
})

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

test('KeyRotation.rewrap() leaves the keys that backups name, whatever else goes', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const context: KeyContext = { tenant: acme, purpose: 'backup', object: 'bak_1' }
  const { plain, ...sealed } = at.keys.newDataKey(context)
  await at.keys.rotate(acme, 'all')
  at.clock.advance(600_000)
  await at.keys.rewrap(acme)
  assert.deepEqual(await at.keys.openDataKey(sealed, context), plain)
})
