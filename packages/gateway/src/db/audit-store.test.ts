import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { CallId, TenantId } from '#kernel'
import { auditStore, DbError, type Database } from './index.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const tenant = 'acme' as TenantId
const other = 'globex' as TenantId
const call = `call_${'0'.repeat(31)}1` as CallId
const at = new Date('2026-01-01T00:00:00.000Z')
const leafRow = (idx: number, over: object = {}) => ({
  idx,
  call_id: null,
  at,
  type: 'x',
  actor: 'system',
  leaf: `{"n":${idx}}`,
  hash: new Uint8Array(32).fill(idx),
  ...over,
})
/** With the plain bytes that every driver gives in a class of its own. */
const plain = <T extends { readonly hash: Uint8Array }>(rows: readonly T[]) =>
  rows.map((row) => ({ ...row, hash: new Uint8Array(row.hash) }))
const head = (size: number) => ({ size, root: `root ${size}` })

describe('auditStore()', () => {
  let place: TestDatabase
  let db: Database
  before(async () => {
    place = await testDatabase()
    db = await place.open()
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })
  const store = () => auditStore(db)
  /** Adds `count` leaves behind `from`. */
  const grow = (of: TenantId, from: number, count: number, over: object = {}) =>
    store().grow(of, {
      from: head(from),
      to: head(from + count),
      leaves: Array.from({ length: count }, (_, n) => leafRow(from + n, over)),
      tiles: [],
    })

  test('grow() moves the head and adds all leaves and tiles, or nothing when the head has moved', async () => {
    const opened = await store().open(tenant, 'voxkeep/audit/acme', 'root 0')
    assert.deepEqual(opened, { tenant, origin: 'voxkeep/audit/acme', ...head(0) })
    assert.equal((await store().open(tenant, 'another name', 'root 9')).origin, 'voxkeep/audit/acme')
    assert.equal(await grow(tenant, 0, 3), true)
    assert.equal(await grow(tenant, 0, 3), false)
    assert.deepEqual(await store().head(tenant), head(3))
    const tile = { level: 0, index: 0, hashes: new Uint8Array(64).fill(7), root: new Uint8Array(32).fill(8) }
    const more = { from: head(3), to: head(4), leaves: [leafRow(3, { call_id: call })], tiles: [tile] }
    assert.equal(await store().grow(tenant, more), true)
    assert.deepEqual(plain(await store().leaves(tenant, 2, 9)), [leafRow(2), leafRow(3, { call_id: call })])
    const [kept] = await store().tiles(tenant, [{ level: 0, index: 0 }])
    assert.deepEqual([...(kept?.hashes ?? [])], [...tile.hashes])
    const roots = await store().tileRoots(tenant, 0, 0, 9)
    assert.deepEqual(
      roots.map((root) => [...root]),
      [[...tile.root]],
    )
    assert.deepEqual(plain(await store().ofCall(tenant, call)), [leafRow(3, { call_id: call })])
  })

  test('grow() never leaves a gap: of two that begin at the same head one adds nothing', async () => {
    await store().open(other, 'voxkeep/audit/globex', 'root 0')
    const outcomes = await Promise.all([grow(other, 0, 2), grow(other, 0, 2), grow(other, 0, 2)])
    assert.equal(outcomes.filter(Boolean).length, 1)
    assert.equal((await store().leaves(other, 0, 9)).length, 2)
  })

  test('growAlone() holds the head while its plan reads, and adds nothing when the plan fails', async () => {
    await store().growAlone(other, async (from, reader) => {
      assert.equal((await reader.leaves(other, 0, 9)).length, 2)
      return { from, to: head(3), leaves: [leafRow(2)], tiles: [] }
    })
    await assert.rejects(
      store().growAlone(other, () => Promise.reject(new Error('no'))),
      /no/,
    )
    assert.deepEqual(await store().head(other), head(3))
  })

  test('query() filters and pages, the newest first, within one tenant', async () => {
    await grow(tenant, 4, 2, { type: 'y', actor: 'token:1', at: new Date(at.getTime() + 1_000) })
    const found = async (filter: object, page: object = {}) =>
      (await store().query(tenant, filter, { before: undefined, limit: 9, ...page })).map(({ idx }) => idx)
    assert.deepEqual(await found({}), [5, 4, 3, 2, 1, 0])
    assert.deepEqual(await found({}, { before: 4, limit: 2 }), [3, 2])
    assert.deepEqual(await found({ type: 'y' }), [5, 4])
    assert.deepEqual(await found({ actor: 'token:1', type: 'x' }), [])
    assert.deepEqual(await found({ call }), [3])
    assert.deepEqual(await found({ from: new Date(at.getTime() + 1) }), [5, 4])
    assert.deepEqual(await found({ to: new Date(at.getTime() + 1) }), [3, 2, 1, 0])
  })

  test('leaves, tiles, checkpoints and cosignatures can be added, never changed', async () => {
    const row = { size: 3, at, note: 'signed' }
    assert.equal(await store().addCheckpoint(tenant, row), true)
    assert.equal(await store().addCheckpoint(tenant, { ...row, note: 'another' }), false)
    await store().addCheckpoint(tenant, { ...row, size: 5 })
    assert.deepEqual(await store().checkpoint(tenant), { ...row, size: 5 })
    assert.deepEqual(await store().checkpoint(tenant, 4), row)
    assert.deepEqual(await store().checkpoints(tenant, 1, 5, 1), [row])
    const cosigned = { size: 3, witness: 'w', at, lines: '— w x\n' }
    await store().addCosignature(tenant, cosigned)
    await store().addCosignature(tenant, { ...cosigned, lines: 'later' })
    assert.deepEqual(await store().cosignatures(tenant, 3), [cosigned])
    for (const table of ['audit_leaves', 'audit_tiles', 'audit_checkpoints', 'audit_cosignatures'])
      for (const change of [`update ${table} set tenant = 'x'`, `delete from ${table}`, `truncate ${table}`])
        await assert.rejects(sql.raw(change).execute(db.kysely), DbError, change)
  })

  test('addSigner() ends the time of the pair before', async () => {
    const pair = (id: string, from_at: Date) => ({
      id,
      purpose: 'log' as const,
      seeds_sealed: 's',
      ed25519: 'e',
      ml_dsa_44: 'm',
      from_at,
      until_at: null,
    })
    const later = new Date(at.getTime() + 1)
    await store().addSigner(pair('sgn_1', at))
    await store().addSigner({ ...pair('sgn_w', at), purpose: 'witness' })
    await store().addSigner(pair('sgn_2', later))
    const rows = await store().signers('log')
    assert.deepEqual(rows, [{ ...pair('sgn_1', at), until_at: later }, pair('sgn_2', later)])
  })
})
