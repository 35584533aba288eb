import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createId, type CallId } from '#kernel'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

const lines = [
  { party: 'agent', from_ms: 3_000, to_ms: 3_900, text: 'thanks <b>' },
  {
    party: 'caller',
    from_ms: 1_250,
    to_ms: 2_750,
    text: 'my card is [CARD]',
    words: [{ text: 'my', from_ms: 1_250, to_ms: 1_400 }],
    findings: [{ type: 'card', from_ms: 1_900, to_ms: 2_750, confidence: 0.99 }],
  },
  { party: 'caller', from_ms: 61_000, to_ms: 62_000, text: null, why: 'unheard' },
]

describe('GET /v1/calls/{id}/transcript', () => {
  let api: FakeApi
  let token: string
  let call: CallId
  before(async () => {
    api = await startFakeApi()
    token = await api.token(['transcripts:read'])
  })
  beforeEach(() => {
    api.world.audited.length = 0
    api.world.failing = {}
    api.world.transcripts.isBroken = false
    call = createId('call', 1_700_000_000_000, {
      bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    })
  })
  after(() => api[Symbol.asyncDispose]())
  const get = (query = '', more: { token?: string } = {}) =>
    api.send('GET', `/v1/calls/${call}/transcript${query}`, { token, ...more })

  test('shows what was said in the order of time, after it is in the audit log', async () => {
    const { id } = api.world.transcripts.add(call, lines)
    const { status, json } = await get()
    assert.equal(status, 200)
    assert.partialDeepStrictEqual(json, {
      id,
      content: 'redacted',
      lines: [{ text: 'my card is [CARD]' }, { text: 'thanks <b>' }, { text: null, why: 'unheard' }],
    })
    assert.partialDeepStrictEqual(api.world.audited, [
      { type: 'transcript.read', call, fields: { transcript: id } },
    ])
  })

  test('shows it as text and as WebVTT', async () => {
    api.world.transcripts.add(call, lines)
    const text = await get('?format=text')
    assert.match(String(text.headers['content-type']), /^text\/plain/)
    assert.equal(
      text.bytes.toString(),
      '00:00:01 caller: my card is [CARD]\n00:00:03 agent: thanks <b>\n00:01:01 caller: [UNHEARD]\n',
    )
    const vtt = await get('?format=vtt')
    assert.match(String(vtt.headers['content-type']), /^text\/vtt/)
    assert.equal(
      vtt.bytes.toString(),
      'WEBVTT\n\n00:00:01.250 --> 00:00:02.750\n<v caller>my card is [CARD]\n\n' +
        '00:00:03.000 --> 00:00:03.900\n<v agent>thanks &lt;b&gt;\n\n00:01:01.000 --> 00:01:02.000\n<v caller>[UNHEARD]\n',
    )
  })

  test('shows the original only to who has the scope for it', async () => {
    api.world.transcripts.add(call, lines)
    api.world.transcripts.add(call, [{ party: 'caller', from_ms: 0, to_ms: 1, text: 'secret' }], {
      content: 'original',
    })
    assert.equal((await get('?original=true')).status, 403)
    assert.equal(api.world.audited.length, 0)
    const able = await api.token(['transcripts:read', 'transcripts:original'])
    assert.partialDeepStrictEqual((await get('?original=true', { token: able })).json, {
      content: 'original',
      lines: [{ text: 'secret' }],
    })
    assert.partialDeepStrictEqual(api.world.audited, [
      { type: 'transcript.read', fields: { content: 'original' } },
    ])
    assert.equal(JSON.stringify((await get('', { token: able })).json).includes('secret'), false)
  })

  test('says why there is none to read', async () => {
    assert.equal((await get()).json.code, 40_402)
    const add = (state: 'writing' | 'deleted' | 'failed') => api.world.transcripts.add(call, lines, { state })
    add('writing')
    assert.equal((await get()).json.code, 40_904)
    add('deleted')
    assert.equal((await get()).json.code, 41_001)
    add('failed')
    assert.equal((await get()).json.code, 40_402)
    assert.equal(api.world.audited.length, 0)
  })

  test('opens nothing without an entry in the audit log, and nothing that was changed', async () => {
    api.world.transcripts.add(call, lines)
    api.world.failing = { audit: true }
    assert.equal((await get()).status, 503)
    api.world.failing = {}
    api.world.transcripts.isBroken = true
    assert.equal((await get()).json.code, 50_002)
  })

  test('knows no transcript of another tenant', async () => {
    api.world.transcripts.add(call, lines)
    const stranger = await api.token(['transcripts:read'], { tenant: 'stranger' })
    assert.equal((await get('', { token: stranger })).status, 404)
  })
})
