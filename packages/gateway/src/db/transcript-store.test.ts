import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fakeClock, type CallId, type TenantId, type TranscriptId } from '#kernel'
import { objectRows } from './object-store.ts'
import type { Database } from './open-database.ts'
import { retentionStore } from './retention-store.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'
import { acme, insertCall } from './test-retention.ts'
import { transcriptStore, type NewTranscript, type TranscriptStore } from './transcript-store.ts'

const at = new Date('2026-03-01T12:00:00Z')
const sealed = { bytes: 17_000, segments: 2, lines: 31, sha256: 'ab'.repeat(32) }

function row(id: string, call: string): NewTranscript {
  return {
    id: id as TranscriptId,
    call_id: call as CallId,
    tenant: acme,
    node: 'n',
    content: 'redacted',
    started_at: at,
    key_ref: 'tky_1',
    policy: 'care',
    engine: 'ears',
    language: 'en-US',
  }
}

describe('transcriptStore()', () => {
  let place: TestDatabase
  let database: Database
  let store: TranscriptStore
  before(async () => {
    place = await testDatabase()
    database = await place.open()
    store = transcriptStore(database, fakeClock(at.getTime()))
  })
  after(async () => {
    await database[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })

  test('lists what is sealed as an object of its kind, once', async () => {
    await store.insert(row('trn_1', 'call_1'))
    await store.settle('trn_1' as TranscriptId, { state: 'sealed', sealed })
    await store.settle('trn_1' as TranscriptId, { state: 'failed' })
    assert.partialDeepStrictEqual(await store.get(acme, 'trn_1' as TranscriptId), {
      state: 'sealed',
      ...sealed,
    })
    const object = await objectRows(database).find('trn_1')
    assert.partialDeepStrictEqual(object, {
      kind: 'transcript',
      state: 'spooled',
      bytes: 17_000,
      call_id: 'call_1',
    })
  })

  test('shows a tenant its own transcripts only', async () => {
    await store.insert(row('trn_2', 'call_2'))
    assert.equal((await store.ofCall(acme, 'call_2' as CallId)).length, 1)
    assert.equal((await store.ofCall('other' as TenantId, 'call_2' as CallId)).length, 0)
    assert.equal(await store.get('other' as TenantId, 'trn_2' as TranscriptId), undefined)
  })

  test('tells which were open when the process died', async () => {
    await store.insert({ ...row('trn_3', 'call_3'), node: database.node })
    const open = await store.unfinished()
    assert.ok(open.some(({ id }) => id === ('trn_3' as TranscriptId)))
    await store.settle('trn_3' as TranscriptId, { state: 'failed' })
    const left = await store.unfinished()
    assert.ok(left.every(({ id }) => id !== ('trn_3' as TranscriptId)))
    assert.equal(await objectRows(database).find('trn_3'), undefined)
  })

  test('keeps its call from being dropped while it is written, and goes with the object', async () => {
    await insertCall(database, { id: 'call_4' as CallId, startedAt: at })
    await store.insert(row('trn_4', 'call_4'))
    const retention = retentionStore(database)
    const unlisted = await retention.unlistedOf('call_4' as CallId, at)
    assert.partialDeepStrictEqual(unlisted, [{ id: 'trn_4', kind: 'transcript', state: 'recording' }])
    const drop = () => retention.dropCallParts('call_4' as CallId, ['calls'], { retain: {}, dueAt: null }, at)
    assert.equal(await drop(), 'objects-remain')
    await store.settle('trn_4' as TranscriptId, { state: 'sealed', sealed })
    const objects = objectRows(database)
    await objects.beginDeleting('trn_4')
    assert.partialDeepStrictEqual(await store.get(acme, 'trn_4' as TranscriptId), { state: 'deleted' })
    await objects.deleted('trn_4', at)
    assert.equal(await drop(), 'dropped')
    assert.equal(await store.get(acme, 'trn_4' as TranscriptId), undefined)
  })
})
