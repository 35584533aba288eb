import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type { TenantId } from '#kernel'
import { addCall, startFakeApi } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const token = await api.token()
beforeEach(() => {
  api.world.calls.clear()
  api.world.happened.length = 0
  api.world.audited.length = 0
  api.world.failing = {}
})

test('GET /v1/calls pages through all calls of the tenant, newest first, each once', async () => {
  const rows = Array.from({ length: 25 }, () => addCall(api.world))
  addCall(api.world, { tenant: 'other' as TenantId })
  const seen: string[] = []
  let cursor = ''
  for (let page = 0; page < 3; page++) {
    const { json } = await api.send('GET', `/v1/calls?limit=10${cursor && `&cursor=${cursor}`}`, { token })
    seen.push(...json.data.map((call) => String(call['id'])))
    assert.equal(json['has_more'], page < 2)
    cursor = (json['next_cursor'] ?? '') as string
  }
  assert.equal(cursor, '')
  assert.deepEqual(seen, rows.map(({ id }) => id).toReversed())
})

test('GET /v1/calls knows the end of a page that is exactly full', async () => {
  addCall(api.world)
  addCall(api.world)
  const { json } = await api.send('GET', '/v1/calls?limit=2', { token })
  assert.deepEqual([json.data.length, json['has_more'], json['next_cursor']], [2, false, null])
})

test('GET /v1/calls takes a cursor only for the tenant and the filters that it was made for', async () => {
  for (let count = 0; count < 3; count++) addCall(api.world)
  const { json } = await api.send('GET', '/v1/calls?limit=1', { token })
  const cursor = String(json['next_cursor'])
  const status = async (path: string, by = token) => (await api.send('GET', path, { token: by })).status
  assert.equal(await status(`/v1/calls?limit=2&cursor=${cursor}`), 200)
  assert.equal(await status(`/v1/calls?cursor=${cursor}&state=active`), 400)
  assert.equal(await status(`/v1/recordings?cursor=${cursor}`), 400)
  assert.equal(
    await status(`/v1/calls?cursor=${cursor}`, await api.token(undefined, { tenant: 'other' })),
    400,
  )
})

test('GET /v1/calls filters by state', async () => {
  const ended = addCall(api.world, { state: 'ended' })
  addCall(api.world)
  const { json } = await api.send('GET', '/v1/calls?state=ended', { token })
  assert.deepEqual(
    json.data.map((call) => call['id']),
    [ended.id],
  )
})

test('GET /v1/calls/:id gives the call with its story, receipt and ladder, and nothing that is not described', async () => {
  const row = addCall(api.world, {
    receipt: { tls: 'TLSv1.3' },
    ladder: [{ method: 'INVITE' }],
    variables: { a: 'b' },
  })
  const { status, json } = await api.send('GET', `/v1/calls/${row.id}`, { token })
  assert.equal(status, 200)
  assert.deepEqual(json, {
    id: row.id,
    call_sid: `CA${row.id.slice(5)}`,
    app: 'demo',
    trunk: 'carrier',
    direction: 'inbound',
    from: '+4930123456',
    to: '+4930654321',
    state: 'active',
    end_reason: null,
    started_at: '1970-01-01T00:00:00.000Z',
    answered_at: '1970-01-01T00:00:00.001Z',
    ended_at: null,
    variables: { a: 'b' },
    story: [{ at: '1970-01-01T00:00:00.000Z', kind: 'call.answered', fields: { setupMs: 12 } }],
    receipt: { tls: 'TLSv1.3' },
    ladder: [{ method: 'INVITE' }],
  })
})

test('GET /v1/calls/:id/audit gives the call’s entries, once that is in the log itself', async () => {
  const row = addCall(api.world)
  const { json } = await api.send('GET', `/v1/calls/${row.id}/audit`, { token })
  assert.deepEqual(json.data, [
    {
      index: 1,
      at: '2026-01-01T00:00:00.000Z',
      type: 'call.started',
      actor: 'trunk:t',
      fields: {},
      hash: 'ab',
    },
  ])
  assert.partialDeepStrictEqual(api.world.audited.at(-1), { type: 'audit.read', fields: { callId: row.id } })
  api.world.failing.audit = true
  const refused = await api.send('GET', `/v1/calls/${row.id}/audit`, { token })
  api.world.failing.audit = false
  assert.equal(refused.status, 503)
})

test('POST …/commands audits, then commands, with defaults filled in', async () => {
  const row = addCall(api.world)
  const body = {
    commands: [{ type: 'answer' }, { type: 'record' }, { type: 'stream', url: 'wss://a.example/' }],
  }
  const answer = await api.send('POST', `/v1/calls/${row.id}/commands`, { token, body })
  assert.equal(answer.status, 202)
  assert.deepEqual(answer.json, { call_id: row.id, accepted: true })
  assert.deepEqual(api.world.happened, ['audit call.command', 'command'])
  assert.deepEqual(api.world.commands.at(-1)?.[1], { type: 'record', action: 'start' })
  const [entry] = api.world.audited
  assert.equal(entry?.call, row.id)
  assert.match(entry?.actor ?? '', /^token:tok_[0-9a-f]{32}$/)
  assert.deepEqual(entry?.fields, {
    commands: 'answer record stream',
    request: answer.headers['x-request-id'],
  })
})

test('POST …/hangup audits, then ends the call', async () => {
  const row = addCall(api.world)
  assert.equal((await api.send('POST', `/v1/calls/${row.id}/hangup`, { token })).status, 202)
  assert.deepEqual(api.world.happened, ['audit call.hangup', 'hangup'])
})

test('commands to a call that has ended, before or just now, are refused with 409', async () => {
  const ended = addCall(api.world, { state: 'ended' })
  const justNow = addCall(api.world, { end_reason: 'just now' })
  for (const { id } of [ended, justNow]) {
    const answer = await api.send('POST', `/v1/calls/${id}/hangup`, { token })
    assert.deepEqual([answer.status, answer.json.code], [409, 40_900])
  }
  assert.deepEqual(api.world.happened, ['audit call.hangup', 'hangup'])
})

test('no audit, no act: nothing happens to a call when the audit log takes no entries', async () => {
  const row = addCall(api.world)
  api.world.failing = { audit: true }
  for (const [method, path, body] of [
    ['POST', 'commands', { commands: [{ type: 'hangup' }] }],
    ['POST', 'hangup', undefined],
    ['PATCH', '', { variables: { a: 'b' } }],
  ] as const) {
    const answer = await api.send(method, `/v1/calls/${row.id}${path && `/${path}`}`, { token, body })
    assert.deepEqual([answer.status, answer.json.code], [503, 50_300])
  }
  assert.deepEqual(api.world.happened, [])
})

test('PATCH merges variables, takes null away, and audits the names alone', async () => {
  const row = addCall(api.world, { variables: { keep: '1', drop: '2', change: '3' } })
  const change = { variables: { drop: null, change: 'four', 'new.name-1': 'five' } }
  const { status, json } = await api.send('PATCH', `/v1/calls/${row.id}`, { token, body: change })
  assert.equal(status, 200)
  assert.deepEqual(json['variables'], { keep: '1', change: 'four', 'new.name-1': 'five' })
  assert.deepEqual(api.world.calls.get(row.id)?.variables, {
    keep: '1',
    change: 'four',
    'new.name-1': 'five',
  })
  assert.equal(JSON.stringify(api.world.audited).includes('four'), false)
  assert.equal(api.world.audited[0]?.fields['names'], 'drop change new.name-1')
})

test('PATCH refuses more variables than a call may have, and bad names and values', async () => {
  const variables = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`v${index}`, '']))
  const row = addCall(api.world, { variables })
  const status = async (change: object) =>
    (await api.send('PATCH', `/v1/calls/${row.id}`, { token, body: { variables: change } })).status
  assert.equal(await status({ one: 'more' }), 400)
  assert.equal(await status({ one: 'more', v0: null }), 200)
  assert.equal(await status({ 'bad name': 'x' }), 400)
  assert.equal(await status({ one: 'x'.repeat(1_025) }), 400)
  assert.equal(await status({ one: 1 }), 400)
})
