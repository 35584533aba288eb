import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { KeyError } from '#keys'
import { ObjectError } from '#objects'
import { addRecording, startFakeApi, type FakeApi } from './fake-deps.ts'

describe('redaction of recordings', () => {
  let api: FakeApi
  let token: string
  before(async () => {
    api = await startFakeApi()
    token = await api.token(['recordings:read', 'recordings:redact', 'recordings:delete'])
  })
  after(() => api[Symbol.asyncDispose]())
  beforeEach(() => {
    api.world.happened.length = 0
    api.world.audited.length = 0
    api.world.redactions.asked.length = 0
  })
  const body = { spans: [{ channel: 'agent', from_ms: 100, to_ms: 300.5, why: 'card' }] }
  const redact = (id: string, more: object = body, as = token) =>
    api.send('POST', `/v1/recordings/${id}/redact`, { token: as, body: more })

  test('GET …/marks says what was done, where, and whether the audit log vouches for it', async () => {
    const row = addRecording(api.world)
    api.world.redactions.marks = [{ channel: 1, fromMs: 5, toMs: 9, kind: 'redacted', why: 'card' }]
    const { status, json } = await api.send('GET', `/v1/recordings/${row.id}/marks`, { token })
    assert.equal(status, 200)
    assert.deepEqual(json, {
      recording_id: row.id,
      duration_ms: 1_000,
      audited: 'same',
      data: [{ channel: 'agent', from_ms: 5, to_ms: 9, kind: 'redacted', why: 'card' }],
    })
    assert.deepEqual(api.world.happened, ['audit recording.marks-read'])
  })

  test('POST …/redact audits first, and answers with what took the recording’s place', async () => {
    const [row, next] = [addRecording(api.world), addRecording(api.world)]
    api.world.redactions.outcome = { kind: 'redacted', recording: next, replaced: row.id }
    const { status, json } = await redact(row.id)
    assert.equal(status, 200)
    assert.deepEqual([json['replaced'], (json['recording'] as { id: string }).id], [row.id, next.id])
    assert.deepEqual(api.world.happened, ['audit recording.redact', 'redact'])
    assert.deepEqual(api.world.redactions.asked[0]?.spans, [
      { channel: 1, fromMs: 100, toMs: 300.5, why: 'card' },
    ])
    assert.match(api.world.redactions.asked[0]?.actor ?? '', /^token:tok_/)
  })

  test('POST …/redact, reading and deleting follow the old id to what took its place', async () => {
    const next = addRecording(api.world)
    const old = addRecording(api.world, { state: 'deleted', replaced_by: next.id })
    api.world.redactions.outcome = { kind: 'unchanged', recording: next }
    assert.equal((await redact(old.id)).json['replaced'], null)
    assert.equal(api.world.redactions.asked[0]?.recording, next.id)
    assert.equal((await api.send('GET', `/v1/recordings/${old.id}/audio`, { token })).status, 200)
    const shown = await api.send('GET', `/v1/recordings/${old.id}`, { token })
    assert.deepEqual([shown.json['state'], shown.json['replaced_by']], ['deleted', next.id])
    await api.send('DELETE', `/v1/recordings/${old.id}`, { token })
    assert.equal(api.world.recordings.get(next.id)?.state, 'deleted')
  })

  test('POST …/redact does nothing without an audit entry, without the scope, or for another tenant', async () => {
    const row = addRecording(api.world)
    const reader = await api.token(['recordings:read', 'recordings:delete'])
    assert.equal((await redact(row.id, body, reader)).status, 403)
    const stranger = await api.token(['recordings:redact'], { tenant: 'rival' })
    assert.equal((await redact(row.id, body, stranger)).status, 404)
    api.world.failing.audit = true
    assert.equal((await redact(row.id)).json.code, 50_300)
    api.world.failing.audit = false
    assert.deepEqual(api.world.redactions.asked, [])
  })

  test('POST …/redact refuses stretches that are none, and reasons that could be what was said', async () => {
    const row = addRecording(api.world)
    const [span] = body.spans
    for (const wrong of [
      { spans: [] },
      { spans: [{ ...span, from_ms: 300.5 }] },
      { spans: [{ ...span, channel: 'left' }] },
      { spans: [{ ...span, from_ms: -1 }] },
      { spans: [{ ...span, why: 'said: Müller' }] },
      { spans: [{ ...span, why: '4111' }] },
      { spans: Array.from({ length: 1_001 }, () => span) },
      { ...body, mask: 'noise' },
    ])
      assert.equal((await redact(row.id, wrong)).status, 400, JSON.stringify(wrong).slice(0, 80))
    assert.deepEqual(api.world.happened, [])
  })

  test('POST …/redact says what stands in the way', async () => {
    const row = addRecording(api.world)
    const until = new Date(5_000)
    const cases = [
      [{ kind: 'refused', refusal: { why: 'lock', holds: [], until } }, 40_920],
      [{ kind: 'unusable', state: 'deleted' }, 41_000],
      [{ kind: 'unusable', state: 'failed' }, 40_903],
      [{ kind: 'busy' }, 42_900],
      [new KeyError('KEY_CLOSED', 'closed'), 50_302],
      [new ObjectError('OBJECT_UNAVAILABLE', 'away'), 50_310],
      [new Error('broken'), 50_001],
    ] as const
    for (const [outcome, code] of cases) {
      api.world.redactions.outcome = outcome
      assert.equal((await redact(row.id)).json.code, code)
    }
    for (const [state, code] of [
      ['recording', 40_902],
      ['deleted', 41_000],
      ['failed', 40_903],
    ] as const)
      assert.equal((await redact(addRecording(api.world, { state }).id)).json.code, code)
  })
})
