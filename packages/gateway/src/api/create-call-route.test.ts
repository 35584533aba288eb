import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { startFakeApi } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const token = await api.token()
beforeEach(() => {
  api.world.created.length = 0
  api.world.happened.length = 0
  api.world.audited.length = 0
  api.world.failing = {}
  api.world.refusal = undefined
})
const to = '+12125550100'
const create = (body: object, headers: Record<string, string> = {}) =>
  api.send('POST', '/v1/calls', { token, body, headers })

test('POST /v1/calls audits first, then begins the call, and shows it', async () => {
  const { status, json } = await create({
    to,
    app: 'demo',
    ring_timeout_ms: 20_000,
    parameters: { lang: 'en' },
    actions: [{ type: 'play', url: '/hello.wav' }],
    record: true,
  })
  assert.equal(status, 201)
  assert.partialDeepStrictEqual(json, { direction: 'outbound', state: 'ringing', to })
  assert.deepEqual(api.world.happened, ['audit call.create', 'create'])
  assert.partialDeepStrictEqual(api.world.created, [
    {
      to,
      app: 'demo',
      tenant: 'acme',
      ringTimeoutMs: 20_000,
      record: true,
      parameters: { lang: 'en' },
      variables: {},
      actions: [{ type: 'play', url: '/hello.wav', loop: 1 }],
    },
  ])
  assert.match(String(api.world.created[0]?.token), /^tok_/)
  assert.doesNotMatch(JSON.stringify(api.world.audited), /2125550100/)
})

test('POST /v1/calls begins one call for one idempotency key', async () => {
  const headers = { 'idempotency-key': 'k-1' }
  const first = await create({ to }, headers)
  const second = await create({ to }, headers)
  assert.deepEqual([second.status, second.json['id']], [201, first.json['id']])
  assert.equal(second.headers['idempotent-replayed'], 'true')
  assert.equal(api.world.created.length, 1)
  assert.equal((await create({ to: '+12125550101' }, headers)).status, 422)
})

test('POST /v1/calls gives the key of a call that was refused back: it may be tried again', async () => {
  const headers = { 'idempotency-key': 'k-2' }
  api.world.refusal = 'rate'
  assert.equal((await create({ to }, headers)).status, 429)
  api.world.refusal = undefined
  assert.equal((await create({ to }, headers)).status, 201)
})

for (const [refusal, status, type, why] of [
  ['country', 403, 'dial-refused', 'country'],
  ['high-risk', 403, 'dial-refused', 'high-risk'],
  ['caller-id', 403, 'dial-refused', 'caller-id'],
  ['stopped', 403, 'dial-refused', 'stopped'],
  ['concurrency', 429, 'dial-limited', 'concurrency'],
  ['minutes', 429, 'dial-limited', 'minutes'],
  ['spend', 429, 'dial-limited', 'spend'],
  ['unavailable', 503, 'calls-unavailable', 'unavailable'],
  ['draining', 503, 'calls-unavailable', 'draining'],
  ['unaudited', 503, 'audit-unavailable', undefined],
  ['no-app', 400, 'request-invalid', undefined],
] as const) {
  test(`POST /v1/calls answers ${status} ${type} when the call is refused as ${refusal}`, async () => {
    api.world.refusal = refusal
    const answer = await create({ to })
    assert.deepEqual(
      [answer.status, answer.json['type'], answer.json['why']],
      [status, `urn:voxkeep:problem:${type}`, why],
    )
  })
}

test('POST /v1/calls begins nothing without the scope, without audit, or for what is no address', async () => {
  const reader = await api.token(['calls:read'])
  const refused = await api.send('POST', '/v1/calls', { token: reader, body: { to } })
  assert.equal(refused.status, 403)
  for (const wrong of ['', 'bob', 'tel:+1', 'sip:a b@c', `+1${'2'.repeat(60)}`, 'sip:<x>@y'])
    assert.equal((await create({ to: wrong })).status, 400, wrong)
  assert.equal((await create({ to, extra: 1 })).status, 400)
  assert.equal((await create({ to, ring_timeout_ms: 10 })).status, 400)
  api.world.failing.audit = true
  assert.equal((await create({ to })).status, 503)
  assert.deepEqual(api.world.created, [])
})

test('POST /v1/calls takes the bodies that docs/calls.md shows', async () => {
  const text = readFileSync(join(import.meta.dirname, '../../../../docs/calls.md'), 'utf8')
  const bodies = [...text.matchAll(/```json\n([^]*?)```/g)]
    .map(([, json = '']) => JSON.parse(json) as object)
    .filter((body) => 'to' in body)
  assert.equal(bodies.length, 2)
  for (const body of bodies) assert.equal((await create(body)).status, 201, JSON.stringify(body))
})

test('POST /v1/calls takes whom to ask first and where the call’s events go', async () => {
  const events = { url: 'https://told.example/', only: ['ended'] }
  assert.equal((await create({ to, ask_url: '/first', ask_method: 'GET', events })).status, 201)
  assert.partialDeepStrictEqual(api.world.created, [
    { ask: { url: '/first', method: 'GET' }, events: { ...events, method: 'POST' } },
  ])
})

test('POST /v1/calls takes no more of variables than a webhook has room for', async () => {
  const variables = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`v${at}`, 'x'.repeat(1_000)]))
  assert.equal((await create({ to, variables })).status, 400)
})
