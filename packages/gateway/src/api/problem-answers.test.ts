import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as fc from 'fast-check'
import { addCall, startFakeApi } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const token = await api.token()
const row = addCall(api.world)
const json = { 'content-type': 'application/json' }

test('the API answers each fault with problem+json, a number and the request id', async () => {
  const commands = `/v1/calls/${row.id}/commands`
  const faults: [string, string, { headers?: Record<string, string>; body?: unknown }, number, number][] = [
    ['GET', '/v1/nothing', {}, 404, 40_400],
    ['GET', `/v1/calls/call_${'0'.repeat(32)}`, {}, 404, 40_400],
    ['GET', '/v1/calls/nonsense', {}, 400, 40_000],
    ['GET', '/v1/calls?limit=0', {}, 400, 40_000],
    ['GET', '/v1/calls?limit=101', {}, 400, 40_000],
    ['GET', '/v1/calls?state=odd', {}, 400, 40_000],
    ['GET', '/v1/calls?cursor=forged', {}, 400, 40_002],
    ['GET', '/v1/calls/%E0%A4%A', {}, 400, 40_001],
    ['POST', commands, { headers: json, body: '{"commands":' }, 400, 40_001],
    ['POST', commands, { headers: json, body: '' }, 400, 40_001],
    ['POST', commands, { headers: json, body: '{"__proto__":{"commands":[]}}' }, 400, 40_001],
    ['POST', commands, { headers: json, body: '{"constructor":{"prototype":{}}}' }, 400, 40_001],
    ['POST', commands, { body: { commands: [] } }, 400, 40_000],
    ['POST', commands, { body: { commands: [{ type: 'explode' }] } }, 400, 40_000],
    ['POST', commands, { body: [] }, 400, 40_000],
    ['POST', commands, { body: 'commands', headers: { 'content-type': 'text/plain' } }, 415, 41_500],
    ['POST', commands, { body: '<a/>', headers: { 'content-type': 'application/xml' } }, 415, 41_500],
    ['POST', commands, { headers: json, body: `{"x":"${'x'.repeat(70_000)}"}` }, 413, 41_300],
    [
      'POST',
      commands,
      { headers: { ...json, 'idempotency-key': 'x'.repeat(256) }, body: '{"commands":[{"type":"hangup"}]}' },
      400,
      40_003,
    ],
  ]
  for (const [method, path, more, status, code] of faults) {
    const answer = await api.send(method, path, { token, ...more })
    const { json } = answer
    const what = `${method} ${path} ${JSON.stringify(more).slice(0, 60)}`
    assert.deepEqual([answer.status, json.code, json['status']], [status, code, status], what)
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, what)
    assert.equal(answer.headers['x-request-id'], json['request_id'])
    assert.match(String(json['request_id']), /^req_[0-9a-f]{32}$/)
    assert.ok(json['type'] && json['title'] && json['detail'])
  }
  assert.deepEqual(api.world.commands, [])
})

test('the API points at each part that is wrong', async () => {
  const answer = await api.send('POST', `/v1/calls/${row.id}/commands`, {
    token,
    body: { commands: [{ type: 'hangup' }, { type: 'wait', ms: -1 }, { type: 'stream' }] },
  })
  const errors = answer.json['errors'] as { pointer: string; in: string }[]
  assert.deepEqual(
    errors.map(({ pointer, in: place }) => [pointer, place]),
    [
      ['/commands/1/ms', 'body'],
      ['/commands/2/url', 'body'],
    ],
  )
})

test('the API does not take a request id from outside', async () => {
  const answer = await api.send('GET', '/v1/health', {
    headers: { 'x-request-id': 'mine', 'request-id': 'mine' },
  })
  assert.match(String(answer.headers['x-request-id']), /^req_[0-9a-f]{32}$/)
})

test('the API marks every answer as not to be stored or sniffed', async () => {
  for (const path of ['/v1/health', '/v1/calls', '/v1/nothing']) {
    const { headers } = await api.send('GET', path, { token })
    assert.equal(headers['cache-control'], 'no-store', path)
    assert.equal(headers['x-content-type-options'], 'nosniff', path)
    assert.match(headers['strict-transport-security'] ?? '', /max-age=/, path)
    assert.equal(headers['access-control-allow-origin'], undefined)
  }
})

test('the API keeps the cause of an internal fault to itself', async () => {
  api.world.failing = { command: true }
  const answer = await api.send('POST', `/v1/calls/${row.id}/commands`, {
    token,
    body: { commands: [{ type: 'answer' }] },
  })
  api.world.failing = {}
  assert.deepEqual([answer.status, answer.json.code], [500, 50_000])
  assert.equal(answer.bytes.includes('no such luck'), false)
})

test('the API never answers 500, whatever the body', async () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({ commands: fc.jsonValue() }),
    fc.record({ variables: fc.jsonValue() }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        value.map((json) => JSON.stringify(json)),
      ),
      async (body) => {
        for (const [method, path] of [
          ['POST', `/v1/calls/${row.id}/commands`],
          ['PATCH', `/v1/calls/${row.id}`],
          ['POST', '/v1/tokens'],
        ] as const) {
          const answer = await api.send(method, path, { token, headers: json, body })
          assert.ok(answer.status < 500, `${method} ${path} ${answer.status}`)
        }
      },
    ),
    { numRuns: 40 },
  )
})
