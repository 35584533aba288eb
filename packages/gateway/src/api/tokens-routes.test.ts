import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startFakeApi } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const admin = await api.token()
beforeEach(() => {
  api.world.failing = {}
  api.world.happened.length = 0
  api.world.audited.length = 0
})
const make = (body: object, token = admin) => api.send('POST', '/v1/tokens', { token, body })

test('POST /v1/tokens shows the token once, and it works', async () => {
  const made = await make({ name: 'ci', scopes: ['calls:read'], expires_in_ms: 60_000 })
  assert.equal(made.status, 201)
  assert.deepEqual(Object.keys(made.json).sort(), [
    'account_sid',
    'created_at',
    'expires_at',
    'id',
    'key_sid',
    'last_used_at',
    'name',
    'prefix',
    'revoked_at',
    'scopes',
    'token',
  ])
  assert.equal((await api.send('GET', '/v1/calls', { token: String(made.json['token']) })).status, 200)
  const listed = await api.send('GET', '/v1/tokens', { token: admin })
  assert.equal(listed.bytes.includes(String(made.json['token'])), false)
  assert.equal(listed.bytes.includes('hash'), false)
  assert.ok(listed.json.data.some((row) => row['id'] === made.json['id']))
})

test('POST /v1/tokens audits who may do what, and never the token', async () => {
  const made = await make({ name: 'ci', scopes: ['calls:read', 'metrics:read'] })
  assert.deepEqual(api.world.happened, ['audit token.issue'])
  assert.equal(api.world.audited[0]?.fields['scopes'], 'calls:read metrics:read')
  assert.equal(JSON.stringify(api.world.audited).includes(String(made.json['token'])), false)
})

test('POST /v1/tokens grants no scope that the caller does not have', async () => {
  const small = await api.token(['tokens:admin', 'calls:read'])
  assert.equal((await make({ name: 'x', scopes: ['calls:read'] }, small)).status, 201)
  const refused = await make({ name: 'x', scopes: ['calls:read', 'recordings:delete'] }, small)
  assert.deepEqual([refused.status, refused.json.code], [403, 40_301])
})

test('POST /v1/tokens refuses unknown scopes, none, a bad life and unknown members', async () => {
  const bad = [
    { name: 'x', scopes: ['everything'] },
    { name: 'x', scopes: [] },
    { name: '', scopes: ['calls:read'] },
    { name: 'x', scopes: ['calls:read'], expires_in_ms: 0 },
    { name: 'x', scopes: ['calls:read'], tenant: 'other' },
    { scopes: ['calls:read'] },
  ]
  for (const body of bad) assert.equal((await make(body)).status, 400, JSON.stringify(body))
})

test('no audit, no token', async () => {
  api.world.failing = { audit: true }
  const before = (await api.deps.tokens.listTokens('acme' as never, { limit: 100 })).length
  assert.equal((await make({ name: 'x', scopes: ['calls:read'] })).json.code, 50_300)
  assert.equal((await api.deps.tokens.listTokens('acme' as never, { limit: 100 })).length, before)
})

test('DELETE /v1/tokens/:id revokes for good, audited, and only in the own tenant', async () => {
  const made = await make({ name: 'x', scopes: ['calls:read'] })
  const path = `/v1/tokens/${String(made.json['id'])}`
  const stranger = await api.token(['tokens:admin'], { tenant: 'other' })
  assert.equal((await api.send('DELETE', path, { token: stranger })).status, 404)
  api.world.failing = { audit: true }
  assert.equal((await api.send('DELETE', path, { token: admin })).status, 503)
  assert.equal((await api.send('GET', '/v1/calls', { token: String(made.json['token']) })).status, 200)
  api.world.failing = {}
  assert.equal((await api.send('DELETE', path, { token: admin })).status, 204)
  assert.equal((await api.send('GET', '/v1/calls', { token: String(made.json['token']) })).status, 401)
  assert.deepEqual(api.world.happened, ['audit token.issue', 'audit token.revoke'])
})

test('GET /metrics gives Prometheus text', async () => {
  const answer = await api.send('GET', '/metrics', { token: await api.token(['metrics:read']) })
  assert.match(answer.headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/)
  assert.match(answer.bytes.toString(), /^voxkeep_calls 1$/m)
})
