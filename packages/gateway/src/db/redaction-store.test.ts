import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createId, fakeClock, type CallId, type RecordingId, type TenantId } from '#kernel'
import { objectRows } from './object-store.ts'
import type { Database } from './open-database.ts'
import { recordingStore } from './recording-store.ts'
import { redactionStore, type Replacement } from './redaction-store.ts'
import type { Mark } from './schema-marks.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const [acme, rival] = ['acme', 'rival'] as TenantId[] as [TenantId, TenantId]
const clock = fakeClock(1_700_000_000_000)
const call = `call_${'1'.repeat(32)}` as CallId
const page = { after: '', limit: 10 }
let drawn = 0
const random = { bytes: (count: number) => new Uint8Array(count).fill(++drawn) }
const fresh = () => createId('rec', clock.now(), random)
const marks: Mark[] = [
  { channel: 0, fromMs: 100, toMs: 300, kind: 'redacted', why: 'card' },
  { channel: 1, fromMs: 200, toMs: 900, kind: 'paused', why: 'paused' },
]
const sealed = { bytes: 500, segments: 2, durationMs: 900, sha256: 'ab'.repeat(32), marks }

describe('redactionStore()', () => {
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

  async function recorded(tenant = acme): Promise<RecordingId> {
    const recordings = recordingStore(db, clock)
    const id = fresh()
    const open = { ended_at: null, duration_ms: null, bytes: null, segments: null, sha256: null }
    const facts = { id, call_id: call, tenant, node: 'node-a', key_ref: 'k' }
    const started_at = new Date(clock.now())
    await recordings.insert({ ...facts, ...open, state: 'recording', started_at, channels: 2 })
    await recordings.settle(id, { state: 'sealed', sealed })
    return id
  }
  const asked = (recording: RecordingId, id = `red_${++drawn}`) => ({
    id,
    recording,
    tenant: acme,
    node: 'node-a',
    actor: 'test',
    mask: 'silence' as const,
    spans: [{ channel: 0 as const, fromMs: 1, toMs: 2.5, why: 'card' }],
  })
  const next = (old: RecordingId, redaction: string): Replacement => ({
    tenant: acme,
    old,
    id: fresh(),
    keyRef: 'k2',
    node: 'node-a',
    sealed: { bytes: 501, segments: 2, durationMs: 900, sha256: 'cd'.repeat(32) },
    marks: marks.slice(0, 1),
    redaction,
  })

  test('a recording’s marks are kept when it is settled, for its tenant alone, and go when it is deleted', async () => {
    const rows = redactionStore(db, clock)
    const id = await recorded()
    const found = await rows.marks(acme, id)
    assert.deepEqual(
      found.map(({ channel, from_ms, to_ms, kind, why }) => [channel, from_ms, to_ms, kind, why]),
      marks.map(({ channel, fromMs, toMs, kind, why }) => [channel, fromMs, toMs, kind, why]),
    )
    assert.deepEqual(await rows.marks(rival, id), [])
    const pauses = async (of: TenantId, ids: RecordingId[]) =>
      (await rows.pauses(of, ids)).map(({ recording, kind }) => `${recording} ${kind}`)
    assert.deepEqual(await pauses(acme, [id, fresh()]), [`${id} paused`])
    assert.deepEqual([await pauses(rival, [id]), await pauses(acme, [])], [[], []])
    await objectRows(db).beginDeleting(id)
    assert.deepEqual(await rows.marks(acme, id), [])
  })

  test('redactionStore() keeps what was asked for until it is ended', async () => {
    const rows = redactionStore(db, clock)
    const row = asked(await recorded())
    await rows.begin(row)
    const target = fresh()
    await rows.aim(row.id, target)
    await rows.refuse(row.id, 'hold')
    assert.deepEqual(await rows.waiting(page), [
      { ...row, target, refused: 'hold', created_at: new Date(clock.now()) },
    ])
    await rows.end(row.id)
    assert.deepEqual(await rows.waiting(page), [])
  })

  test('redactionStore().replace() lists the new one and lets the old one go, once, with everything that waits for it', async () => {
    const rows = redactionStore(db, clock)
    const old = await recorded()
    const [mine, other] = [asked(old), asked(old)]
    await rows.begin(mine)
    await rows.begin(other)
    const replacement = next(old, mine.id)
    assert.equal(await rows.replace(replacement), 'replaced')
    assert.equal(await rows.replace(next(old, other.id)), 'gone')
    const [was, is] = await Promise.all(
      [old, replacement.id].map((id) => recordingStore(db, clock).get(acme, id)),
    )
    assert.partialDeepStrictEqual(was, { state: 'deleted', replaced_by: replacement.id })
    assert.partialDeepStrictEqual(is, {
      state: 'sealed',
      replaces: old,
      key_ref: 'k2',
      sha256: 'cd'.repeat(32),
      call_id: call,
    })
    const objects = objectRows(db)
    assert.partialDeepStrictEqual(await objects.find(old), { state: 'deleting' })
    assert.partialDeepStrictEqual(await objects.find(replacement.id), { state: 'spooled', bytes: 501 })
    assert.equal((await rows.marks(acme, replacement.id)).length, 1)
    assert.deepEqual(
      (await rows.waiting(page)).map(({ id, recording }) => [id, recording]),
      [[other.id, replacement.id]],
    )
    await rows.end(other.id)
  })

  test('redactionStore().replace() changes nothing while a hold stands against it, for another tenant, or once it is to go', async () => {
    const rows = redactionStore(db, clock)
    const old = await recorded()
    assert.equal(await rows.replace({ ...next(old, 'none'), tenant: rival }), 'gone')
    const placed = {
      call_id: call,
      subject_index: null,
      label: null,
      from_at: null,
      to_at: null,
      until: null,
    }
    const none = { released_by: null, released_at: null, release_reason_sealed: null }
    const id = createId('hold', clock.now(), random)
    const hold = { id, tenant: acme, reason_sealed: 'x', placed_by: 't', placed_at: new Date(clock.now()) }
    await db.kysely
      .insertInto('holds')
      .values({ ...hold, ...placed, ...none })
      .execute()
    assert.equal(await rows.replace(next(old, 'none')), 'held')
    assert.equal((await recordingStore(db, clock).get(acme, old))?.state, 'sealed')
    await db.kysely.deleteFrom('holds').execute()
    await objectRows(db).beginDeleting(old)
    assert.equal(await rows.replace(next(old, 'none')), 'gone')
  })
})
