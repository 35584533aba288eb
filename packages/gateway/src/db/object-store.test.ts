import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createId, fakeClock, type CallId, type RecordingId, type TenantId } from '#kernel'
import { backupRows } from './backup-store.ts'
import { objectRows } from './object-store.ts'
import type { Database } from './open-database.ts'
import { recordingStore } from './recording-store.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const [acme, rival] = ['acme', 'rival'] as TenantId[] as [TenantId, TenantId]
const clock = fakeClock()
const call = `call_${'1'.repeat(32)}` as CallId
const sealed = { bytes: 500, segments: 2, durationMs: 900, sha256: 'ab'.repeat(32), marks: [] }
let drawn = 0
const random = { bytes: (count: number) => new Uint8Array(count).fill(++drawn) }

describe('objectRows()', () => {
  let place: TestDatabase
  let db: Database
  before(async () => {
    place = await testDatabase()
    db = await place.open({ node: 'node-a' })
  })
  after(async () => {
    await db[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })

  async function recorded(state: 'sealed' | 'failed' = 'sealed', tenant = acme): Promise<RecordingId> {
    const recordings = recordingStore(db, clock)
    const id = createId('rec', clock.now(), random)
    const open = { ended_at: null, duration_ms: null, bytes: null, segments: null, sha256: null }
    const started_at = new Date(clock.now())
    const row = {
      id,
      call_id: call,
      tenant,
      state: 'recording',
      node: 'node-a',
      started_at,
      key_ref: 'k',
      channels: 2,
    } as const
    await recordings.insert({ ...row, ...open })
    await recordings.settle(id, state === 'failed' ? { state } : { state, sealed })
    return id
  }
  const where = { store: 'eu', key: 'audio/acme/x', version_id: 'v1', lock_mode: null, lock_until: null }
  const all = { after: '', limit: 100 }

  test('a recording that ends whole is an object in the spool by the same statement, one that failed is none, and it ends once', async () => {
    const rows = objectRows(db)
    const [id, failed] = [await recorded(), await recorded('failed')]
    assert.partialDeepStrictEqual(await rows.get(acme, id), {
      state: 'spooled',
      node: 'node-a',
      bytes: 500,
      kind: 'audio',
      call_id: call,
    })
    assert.equal(await rows.find(failed), undefined)
    await recordingStore(db, clock).settle(id, { state: 'recovered', sealed: { ...sealed, bytes: 1 } })
    assert.equal((await rows.find(id))?.bytes, 500)
    assert.equal(await rows.get(rival, id), undefined)
    assert.deepEqual((await rows.list(rival, { limit: 5 })).length, 0)
  })

  test('objectRows() lets an object go from spool to store, to deleting, to deleted, and never back', async () => {
    const rows = objectRows(db)
    const id = await recorded()
    const at = new Date(clock.now())
    assert.ok((await rows.spooled(all)).some((row) => row.id === id))
    assert.equal(await rows.stored(id, where, at), true)
    assert.equal(await rows.stored(id, where, at), false)
    assert.partialDeepStrictEqual(await rows.find(id), {
      state: 'stored',
      store: 'eu',
      version_id: 'v1',
      stored_at: at,
    })
    assert.ok((await rows.kept({ ...all, tenant: acme })).some((row) => row.id === id))
    await rows.checked(id, 'corrupt', at, 'OBJECT_CORRUPT')
    assert.partialDeepStrictEqual(await rows.find(id), { state: 'corrupt', reason: 'OBJECT_CORRUPT' })
    assert.equal(await rows.beginDeleting(id), true)
    assert.equal((await recordingStore(db, clock).get(acme, id))?.state, 'deleted')
    await rows.stillThere(id, 'OBJECT_LOCKED', at)
    assert.partialDeepStrictEqual(
      (await rows.deleting(all)).find((row) => row.id === id),
      { reason: 'OBJECT_LOCKED', lock_until: at },
    )
    await rows.checked(id, 'stored', at, null) // a comparison that began before
    assert.equal((await rows.find(id))?.state, 'deleting')
    await rows.deleted(id, at)
    assert.equal(await rows.beginDeleting(id), false)
    assert.equal(await rows.stored(id, where, at), false)
    assert.partialDeepStrictEqual(await rows.find(id), { state: 'deleted', deleted_at: at })
  })

  test('objectRows().leastChecked() gives first what was never compared, then what was longest ago', async () => {
    const rows = objectRows(db)
    const ids = [await recorded(), await recorded(), await recorded()]
    for (const id of ids) await rows.stored(id, where, new Date(clock.now()))
    await rows.checked(ids[0] ?? '', 'stored', new Date(2_000), null)
    await rows.checked(ids[1] ?? '', 'stored', new Date(1_000), null)
    const found = (await rows.leastChecked(50))
      .map(({ id }) => id)
      .filter((id) => ids.includes(id as RecordingId))
    assert.deepEqual(found, [ids[2], ids[1], ids[0]])
  })

  test('backupRows() has one running backup at a time, and ends what a crash left', async () => {
    const rows = backupRows(db)
    const begin = (at: Date) => {
      const id = createId('bak', at.getTime(), random)
      const counts = {
        rows: 0,
        tables: 0,
        objects: 0,
        copied: 0,
        bytes: 0,
        reason: null,
        ended_at: null,
        manifest_sha256: null,
      }
      return rows
        .insert({ id, store: 's', state: 'running', node: 'node-a', started_at: at, ...counts })
        .then(() => id)
    }
    const at = new Date(clock.now())
    const first = await begin(at)
    await assert.rejects(begin(at), { code: 'DB_CONFLICT' })
    await rows.endAbandoned(new Date(at.getTime() - 1))
    assert.equal((await rows.get(first))?.state, 'running')
    assert.equal(await rows.endOrphans(at), 1)
    assert.partialDeepStrictEqual(await rows.get(first), { state: 'failed', reason: 'gateway-stopped' })
    const second = await begin(at)
    await rows.update(second, { state: 'complete', rows: 7 })
    assert.deepEqual(
      (await rows.list({ limit: 5 })).map(({ id, state }) => [id, state]),
      [
        [second, 'complete'],
        [first, 'failed'],
      ],
    )
  })
})
