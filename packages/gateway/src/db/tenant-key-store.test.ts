import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { TenantId, TenantKeyId } from '#kernel'
import type { Database } from './index.ts'
import type { DataKeyRow, TenantKeyRow } from './schema-keys.ts'
import { tenantKeyStore, type TenantKeyStore } from './tenant-key-store.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const [acme, rival] = ['acme', 'rival'] as TenantId[] as [TenantId, TenantId]
const at = new Date('2026-01-02T03:04:05.678Z')
const keyId = (name: string) => `tky_${name}` as TenantKeyId
const tenantKey = (name: string, more: Partial<TenantKeyRow> = {}): TenantKeyRow => ({
  id: keyId(name),
  tenant: acme,
  purpose: 'audio',
  version: 1,
  provider: 'local',
  key: 'voxkeep-acme',
  key_ref: 'local:1',
  wrapped: Buffer.from(`wrapped ${name}`),
  state: 'active',
  created_at: at,
  active_from: at,
  rotated_at: null,
  destroyed_at: null,
  wrapped_sha256: null,
  ...more,
})
const dataKey = (object: string, key: string, more: Partial<DataKeyRow> = {}): DataKeyRow => ({
  object,
  tenant: acme,
  purpose: 'audio',
  tenant_key: keyId(key),
  wrapped: Buffer.from(`wrapped ${object}`),
  created_at: at,
  ...more,
})
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('tenantKeyStore()', () => {
  let place: TestDatabase
  let db: Database
  let store: TenantKeyStore

  before(async () => {
    place = await testDatabase()
    db = await place.open()
    store = tenantKeyStore(db)
    await store.addKeys([tenantKey('a1'), tenantKey('r1', { tenant: rival })])
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })

  test('keysOf() gives a tenant’s keys as they were added, and no other’s', async () => {
    assert.deepEqual(asBuffers(await store.keysOf(acme)), [tenantKey('a1')])
  })

  test('addKeys() leaves out a version that another node made just before', async () => {
    await store.addKeys([tenantKey('a1-too'), tenantKey('a-backup', { purpose: 'backup' })])
    const ids = (await store.keysOf(acme)).map(({ id }) => id)
    assert.deepEqual(ids, [keyId('a1'), keyId('a-backup')])
  })

  test('dataKey() gives a tenant its own objects’ keys only', async () => {
    await store.addDataKey(dataKey('rec_1', 'a1'))
    assert.deepEqual(asBuffers([await store.dataKey(acme, 'rec_1')]), [dataKey('rec_1', 'a1')])
    assert.equal(await store.dataKey(rival, 'rec_1'), undefined)
  })

  test('addDataKey() refuses another tenant’s key, and one that is gone', async () => {
    await assert.rejects(store.addDataKey(dataKey('rec_x', 'r1')), { name: 'DbError' })
    await assert.rejects(store.addDataKey(dataKey('rec_x', 'none')), { name: 'DbError' })
  })

  test('replaceKey() retires a key for its successor, once', async () => {
    const fresh = tenantKey('a2', { version: 2 })
    assert.equal(await store.replaceKey(keyId('a1'), fresh), true)
    assert.equal(await store.replaceKey(keyId('a1'), tenantKey('a3', { version: 3 })), false)
    const audio = (await store.keysOf(acme)).filter(({ purpose }) => purpose === 'audio')
    assert.deepEqual(
      audio.map(({ state, rotated_at: rotated }) => [state, rotated?.getTime()]),
      [
        ['retired', at.getTime()],
        ['active', undefined],
      ],
    )
  })

  test('rewrapDataKeys() changes what is still under the key it was found under', async () => {
    await store.addDataKey(dataKey('rec_2', 'a1'))
    await store.addDataKey(dataKey('rec_3', 'a2'))
    assert.deepEqual(
      (await store.dataKeysUnder(acme, keyId('a1'), 'rec_1', 10)).map(({ object }) => object),
      ['rec_2'],
    )
    const move = (object: string) => ({
      object,
      from: keyId('a1'),
      to: keyId('a2'),
      wrapped: Buffer.from(`again ${object}`),
    })
    await store.rewrapDataKeys([move('rec_1'), move('rec_3')])
    assert.deepEqual(asBuffers([await store.dataKey(acme, 'rec_1')]), [
      dataKey('rec_1', 'a2', { wrapped: Buffer.from('again rec_1') }),
    ])
    assert.deepEqual(asBuffers([await store.dataKey(acme, 'rec_3')]), [dataKey('rec_3', 'a2')])
    const uses = new Map((await store.uses(acme)).map((use) => [use.tenant_key, use.objects]))
    assert.deepEqual(
      uses,
      new Map([
        [keyId('a1'), 1],
        [keyId('a2'), 2],
      ]),
    )
  })

  test('rewrapKey() changes what is still under the version it was found under', async () => {
    const to = { provider: 'hsm', key: 'k', key_ref: 'hsm:1', wrapped: Buffer.from('by the hsm') }
    assert.equal(await store.rewrapKey(keyId('a2'), 'local:0', to), false)
    assert.equal(await store.rewrapKey(keyId('a2'), 'local:1', to), true)
    const row = (await store.keysOf(acme)).find(({ id }) => id === keyId('a2'))
    assert.deepEqual([row?.provider, row?.key_ref], ['hsm', 'hsm:1'])
  })

  test('shred() deletes a data key and keeps its hash, the same when it is asked again', async () => {
    const proof = await store.shred(acme, 'rec_2', at)
    assert.equal(proof?.wrapped_sha256, sha256('wrapped rec_2'))
    assert.equal(await store.dataKey(acme, 'rec_2'), undefined)
    assert.deepEqual(await store.shred(acme, 'rec_2', new Date(0)), proof)
    assert.equal(await store.shred(rival, 'rec_1', at), undefined)
    assert.ok(await store.dataKey(acme, 'rec_1'))
  })

  test('destroyKeys() empties keys that nothing needs, and leaves those that an object does', async () => {
    const gone = await store.destroyKeys([keyId('a1'), keyId('a2')], at)
    assert.deepEqual(
      gone.map(({ id, wrapped, wrapped_sha256: hash, destroyed_at: when }) => [
        id,
        wrapped.length,
        hash,
        when,
      ]),
      [[keyId('a1'), 0, sha256('wrapped a1'), at]],
    )
    assert.deepEqual(await store.destroyKeys([keyId('a1')], at), [])
    assert.equal(await store.rewrapKey(keyId('a1'), 'local:1', tenantKey('x')), false)
  })

  test('shredTenant() deletes all data keys of a tenant, and leaves no key in the table', async () => {
    assert.equal(await store.shredTenant(acme, at), 2)
    assert.equal(await store.shredTenant(acme, at), 0)
    const all = (await store.keysOf(acme)).map(({ id }) => id)
    await store.destroyKeys(all, at)
    const { rows } = await sql<{ row: string }>`
      select row_to_json(t)::text as row from tenant_keys t where tenant = ${acme}`.execute(db.kysely)
    for (const { row } of rows)
      assert.ok(!row.includes(Buffer.from('wrapped').toString('base64').slice(0, 8)))
    assert.equal((await store.keysOf(rival)).length, 1)
  })
})

function asBuffers(rows: readonly ({ readonly wrapped: Uint8Array } | undefined)[]) {
  return rows.map((row) => row && { ...row, wrapped: Buffer.from(row.wrapped) })
}
