import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { scopes } from '#access'
import type { TokenId } from '#kernel'
import { addCall, startFakeApi, tenant } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const someCall = addCall(api.world).id
const noId = '0'.repeat(32)

/** Every operation, and the scope that it needs. */
const operations: [string, string, (typeof scopes)[number], unknown?][] = [
  ['GET', '/v1/calls', 'calls:read'],
  ['POST', '/v1/calls', 'calls:write', { to: '+12125550100' }],
  ['GET', `/v1/calls/${someCall}`, 'calls:read'],
  ['GET', `/v1/calls/${someCall}/audit`, 'calls:read'],
  ['POST', `/v1/calls/${someCall}/commands`, 'calls:write', { commands: [{ type: 'hangup' }] }],
  ['POST', `/v1/calls/${someCall}/hangup`, 'calls:write'],
  ['PATCH', `/v1/calls/${someCall}`, 'calls:write', { variables: {} }],
  ['GET', '/v1/recordings', 'recordings:read'],
  ['GET', `/v1/recordings/rec_${noId}`, 'recordings:read'],
  ['GET', `/v1/recordings/rec_${noId}/audio`, 'recordings:read'],
  ['DELETE', `/v1/recordings/rec_${noId}`, 'recordings:delete'],
  ['GET', `/v1/recordings/rec_${noId}/marks`, 'recordings:read'],
  [
    'POST',
    `/v1/recordings/rec_${noId}/redact`,
    'recordings:redact',
    { spans: [{ channel: 'caller', from_ms: 0, to_ms: 1, why: 'card' }] },
  ],
  ['GET', '/v1/speech/engines', 'calls:read'],
  ['GET', '/v1/voices', 'calls:read'],
  ['GET', '/v1/verifiers', 'calls:read'],
  ['DELETE', '/v1/verifiers/print/subjects/anna', 'subjects:erase'],
  ['GET', '/v1/live?for_s=0', 'calls:read'],
  ['GET', `/v1/calls/${someCall}/live`, 'calls:read'],
  ['GET', '/v1/consents', 'consent:read'],
  ['GET', '/v1/consents/rules', 'consent:read'],
  ['POST', '/v1/consents/find', 'consent:read', { number: '+12125550100' }],
  ['POST', '/v1/consents/choices', 'consent:write', { number: '+12125550100', choice: 'none' }],
  ['GET', '/v1/tokens', 'tokens:admin'],
  ['POST', '/v1/tokens', 'tokens:admin', { name: 'x', scopes: ['tokens:admin'] }],
  ['DELETE', `/v1/tokens/tok_${noId}`, 'tokens:admin'],
  ['GET', `/v1/calls/${someCall}/receipt`, 'calls:read'],
  ['GET', `/v1/calls/${someCall}/transcript`, 'transcripts:read'],
  ['GET', '/v1/alerts', 'alerts:read'],
  ['GET', `/v1/alerts/alrt_${noId}`, 'alerts:read'],
  ['POST', `/v1/alerts/alrt_${noId}/ack`, 'alerts:write'],
  ['GET', '/v1/keys', 'keys:read'],
  ['POST', '/v1/keys/rotate', 'keys:write', {}],
  ['POST', '/v1/keys/destroy', 'keys:destroy', { confirm: 'acme' }],
  ['GET', '/v1/audit', 'audit:read'],
  ['GET', '/v1/audit/checkpoint', 'audit:read'],
  ['GET', '/v1/audit/proof?index=0', 'audit:read'],
  ['GET', '/v1/audit/logs/proof', 'audit:read'],
  ['GET', '/v1/audit/export', 'audit:read'],
  ['GET', '/v1/audit/tile/*', 'audit:read'],
  ['GET', '/v1/audit/keys', 'audit:read'],
  ['GET', '/v1/audit/verify', 'audit:read'],
  ['POST', '/v1/audit/keys/rotate', 'audit:admin'],
  ['GET', '/v1/objects', 'objects:read'],
  ['GET', `/v1/objects/rec_${noId}`, 'objects:read'],
  ['POST', '/v1/objects/verify', 'objects:verify', {}],
  ['GET', '/v1/backups', 'backups:read'],
  ['POST', '/v1/backups', 'backups:write'],
  ['GET', `/v1/backups/bak_${noId}`, 'backups:read'],
  ['GET', '/v1/erasures', 'backups:read'],
  ['GET', '/v1/jobs', 'jobs:read'],
  ['POST', '/v1/jobs/retention.sweep/run', 'jobs:write'],
  ['GET', '/v1/retention/plan', 'retention:read'],
  ['GET', '/v1/holds', 'holds:read'],
  ['POST', '/v1/holds', 'holds:write', { all: true, reason: 'a court asks' }],
  ['GET', `/v1/holds/hold_${noId}`, 'holds:read'],
  ['POST', `/v1/holds/hold_${noId}/release`, 'holds:write', { reason: 'over' }],
  ['POST', '/v1/subjects/find', 'subjects:read', { subject: '+12125550100' }],
  ['POST', '/v1/subjects/export', 'subjects:read', { subject: '+12125550100' }],
  ['POST', '/v1/subjects/erase', 'subjects:erase', { subject: '+12125550100', confirm: 'erase' }],
  ['GET', '/v1/subjects/requests', 'subjects:read'],
  ['GET', `/v1/subjects/requests/dsr_${noId}`, 'subjects:read'],
  ['GET', `/v1/subjects/requests/dsr_${noId}/archive`, 'subjects:read'],
  ['GET', '/v1/dialing/stops', 'dialing:read'],
  ['DELETE', '/v1/dialing/stops/agent', 'dialing:write'],
  ['POST', '/v1/vault/tokens', 'vault:write', { kind: 'other', value: 'something', purposes: ['test'] }],
  ['POST', '/v1/vault/tokens/find', 'vault:read', { kind: 'other', value: 'nothing' }],
  ['GET', `/v1/vault/tokens/vt_${noId}`, 'vault:read'],
  ['POST', `/v1/vault/tokens/vt_${noId}/reveal`, 'vault:reveal', { purpose: 'test', reason: 'to test' }],
  ['DELETE', `/v1/vault/tokens/vt_${noId}`, 'vault:write'],
  ['GET', '/v1/payments', 'payments:read'],
  ['GET', `/v1/payments/pay_${noId}`, 'payments:read'],
  ['GET', '/metrics', 'metrics:read'],
]

for (const [method, path, scope, body] of operations) {
  test(`${method} ${path.replace(/_[0-9a-f]{32}/, '_…')} needs a token with ${scope}`, async () => {
    const anonymous = await api.send(method, path, { body })
    assert.equal(anonymous.status, 401)
    assert.equal(anonymous.json.code, 40_100)
    assert.equal(anonymous.headers['www-authenticate'], 'Bearer realm="voxkeep"')
    const others = scopes.filter((other) => other !== scope)
    const refused = await api.send(method, path, { token: await api.token(others), body })
    assert.equal(refused.status, 403)
    assert.equal(refused.json.code, 40_300)
    assert.match(refused.headers['www-authenticate'] ?? '', new RegExp(`insufficient_scope.*${scope}`))
    const allowed = await api.send(method, path, { token: await api.token([scope]), body })
    assert.ok([200, 201, 202, 204, 404].includes(allowed.status), String(allowed.status))
  })
}

test('the table above has every operation of the OpenAPI document that needs a token', async () => {
  const { json } = await api.send('GET', '/v1/openapi.json')
  const described = Object.entries(json['paths'] as Record<string, object>).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { security?: unknown[] }>)
      .filter(([, operation]) => operation.security?.length !== 0)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  )
  const tested = operations.map(
    ([method, path]) =>
      `${method} ${path
        .replace(/\/(call|rec|tok|alrt|bak|hold|dsr|pay)_[0-9a-f]{32}/, '/{id}')
        .replace(/\/vt_[0-9a-f]{32}/, '/{token}')
        .replace('/retention.sweep/', '/{name}/')
        .replace('/stops/agent', '/stops/{app}')
        .replace('/print/subjects/anna', '/{id}/subjects/{subject}')
        .replace(/\?.*$/, '')
        .replace('/tile/*', '/tile/{*}')}`,
  )
  assert.deepEqual(described.sort(), tested.sort())
})

test('the API refuses an expired and a revoked token, and says so to whoever knows it whole', async () => {
  const short = await api.token(['calls:read'], { expiresInMs: 1_000 })
  assert.equal((await api.send('GET', '/v1/calls', { token: short })).status, 200)
  api.clock.advance(1_000)
  const expired = await api.send('GET', '/v1/calls', { token: short })
  assert.deepEqual([expired.status, expired.json.code], [401, 40_101])
  const admin = await api.token(['tokens:admin'])
  const issued = await api.send('POST', '/v1/tokens', {
    token: await api.token(),
    body: { name: 'x', scopes: ['calls:read'] },
  })
  const token = String(issued.json['token'])
  assert.equal((await api.send('GET', '/v1/calls', { token })).status, 200)
  assert.equal(
    (await api.send('DELETE', `/v1/tokens/${String(issued.json['id'])}`, { token: admin })).status,
    204,
  )
  const revoked = await api.send('GET', '/v1/calls', { token })
  assert.deepEqual([revoked.status, revoked.json.code], [401, 40_102])
})

test('the API refuses every other kind of credentials in the same words', async () => {
  const { token: id } = { token: 'tok_1' as TokenId }
  const real = await api.token()
  const headers = [
    '',
    'Bearer',
    'Bearer ',
    `Basic ${Buffer.from(`a:${real}`).toString('base64')}`,
    `bearer${real}`,
    `Bearer ${real}x`,
    `Bearer ${real.slice(0, -1)}`,
    `Bearer ${real} ${real}`,
    `Bearer ${'a'.repeat(5_000)}`,
    `Bearer ${id}`,
    real,
  ]
  for (const authorization of headers) {
    const answer = await api.send('GET', '/v1/calls', { headers: { authorization } })
    assert.deepEqual([answer.status, answer.json.code], [401, 40_100], authorization.slice(0, 40))
  }
  assert.equal(
    (await api.send('GET', '/v1/calls', { headers: { authorization: `bearer  ${real}` } })).status,
    200,
  )
  assert.equal((await api.send('GET', `/v1/calls?token=${real}`)).status, 401)
})

test('the API tells a stranger nothing of what exists: unknown routes, wrong methods and bad bodies are 401', async () => {
  const strangers: [string, string, string?][] = [
    ['GET', '/'],
    ['GET', '/v2/calls'],
    ['PUT', '/v1/calls'],
    ['GET', '/v1/calls/nonsense'],
    ['POST', '/v1/tokens', '{"broken'],
    ['POST', '/v1/tokens', 'x'.repeat(200_000)],
  ]
  for (const [method, path, body] of strangers) {
    const answer = await api.send(method, path, { body, headers: { 'content-type': 'application/json' } })
    assert.equal(answer.status, 401, `${method} ${path}`)
  }
  const token = await api.token()
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/v2/calls'],
    ['PUT', '/v1/calls'],
  ] as const)
    assert.equal((await api.send(method, path, { token })).json.code, 40_400)
})

test('GET /v1/health needs no token and tells only that it is there', async () => {
  const answer = await api.send('GET', '/v1/health')
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.json, { status: 'ok' })
  assert.equal(answer.headers['server'], undefined)
  assert.equal(answer.headers['x-powered-by'], undefined)
})

test('the API answers 500 and lets nobody in when the tokens cannot be looked up', async () => {
  await using broken = await startFakeApi()
  Object.assign(broken.deps.tokens, {
    verifyToken: async () => Promise.reject(new Error('database is down')),
  })
  const answer = await broken.send('GET', '/v1/calls', { token: await api.token() })
  assert.deepEqual([answer.status, answer.json.code], [500, 50_000])
  assert.equal(answer.bytes.includes('database'), false)
})

test('the API limits each token by rate, and lets it in again later', async () => {
  await using limited = await startFakeApi({ rateLimitPerMinute: 60 })
  const [one, two] = [await limited.token(), await limited.token()]
  const ask = async (token: string) => (await limited.send('GET', '/v1/calls', { token })).status
  for (let count = 0; count < 10; count++) assert.equal(await ask(one), 200)
  const refused = await limited.send('GET', '/v1/calls', { token: one })
  assert.deepEqual([refused.status, refused.json.code, refused.headers['retry-after']], [429, 42_900, '1'])
  assert.equal(await ask(two), 200)
  limited.clock.advance(1_000)
  assert.equal(await ask(one), 200)
  assert.equal(await ask(one), 429)
})

test('the API limits an address by rate before it looks anything up', async () => {
  await using limited = await startFakeApi({ rateLimitPerMinute: 60 })
  let looks = 0
  const { verifyToken } = limited.deps.tokens
  Object.assign(limited.deps.tokens, { verifyToken: (text: string) => ((looks += 1), verifyToken(text)) })
  const statuses: number[] = []
  for (let count = 0; count < 50; count++) statuses.push((await limited.send('GET', '/v1/calls')).status)
  assert.equal(statuses.filter((status) => status === 401).length, 40)
  assert.equal(statuses.filter((status) => status === 429).length, 10)
  assert.equal(looks, 40)
  assert.equal((await limited.send('GET', '/v1/health')).status, 429)
})

test('the tenant of a token is all that it sees', async () => {
  const mine = addCall(api.world)
  const token = await api.token(scopes, { tenant: 'other' })
  for (const path of [`/v1/calls/${mine.id}`, `/v1/calls/${mine.id}/audit`])
    assert.equal((await api.send('GET', path, { token })).status, 404)
  assert.equal((await api.send('POST', `/v1/calls/${mine.id}/hangup`, { token })).status, 404)
  assert.deepEqual((await api.send('GET', '/v1/calls', { token })).json.data, [])
  assert.equal(mine.tenant, tenant)
})
