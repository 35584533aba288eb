import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands, createClient, type ClientOptions } from './index.ts'

interface Sent {
  readonly url: string
  readonly init: RequestInit
}
type Answer = Response | Error

/** A client whose gateway gives `answers` in turn, and everything it sent and waited. */
function clientWith(answers: Answer[], options: Partial<ClientOptions> = {}) {
  const sent: Sent[] = []
  const waitedMs: number[] = []
  const client = createClient({
    baseUrl: 'https://gw.example:8443/',
    token: 'vk_live_x',
    fetch: async (url, init) => {
      sent.push({ url, init })
      const answer = answers.shift()
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('nothing left to answer')
      return answer
    },
    wait: async (delayMs) => void waitedMs.push(delayMs),
    ...options,
  })
  return { client, sent, waitedMs }
}

const json = (value: unknown, init?: ResponseInit) => Response.json(value, init)
const header = (sent: Sent | undefined, name: string) => new Headers(sent?.init.headers).get(name)

test('createClient() asks with the token, and follows no redirect', async () => {
  const { client, sent } = clientWith([json({ id: 'call_1' })])
  assert.equal((await client.calls.get('call_1/../x')).id, 'call_1')
  assert.equal(sent[0]?.url, 'https://gw.example:8443/v1/calls/call_1%2F..%2Fx')
  assert.equal(header(sent[0], 'authorization'), 'Bearer vk_live_x')
  assert.equal(sent[0]?.init.redirect, 'error')
})

test('calls.list() gives one page when awaited', async () => {
  const page = { data: [{ id: 'call_1' }], has_more: true, next_cursor: 'c1' }
  const { client, sent } = clientWith([json(page)])
  assert.deepEqual(await client.calls.list({ limit: 1 }), page)
  assert.equal(sent[0]?.url, 'https://gw.example:8443/v1/calls?limit=1')
})

test('calls.list() walks all pages when iterated', async () => {
  const { client, sent } = clientWith([
    json({ data: [{ id: 'call_3' }, { id: 'call_2' }], has_more: true, next_cursor: 'a b' }),
    json({ data: [{ id: 'call_1' }], has_more: false, next_cursor: null }),
  ])
  const ids: string[] = []
  for await (const call of client.calls.list({ limit: 2 })) ids.push(call.id)
  assert.deepEqual(ids, ['call_3', 'call_2', 'call_1'])
  assert.equal(sent[1]?.url, 'https://gw.example:8443/v1/calls?limit=2&cursor=a+b')
})

test('calls.command() posts the commands under one idempotency key through all its tries', async () => {
  const busy = () => json({}, { status: 503, headers: { 'retry-after': '2' } })
  const { client, sent, waitedMs } = clientWith([busy(), new Error('reset'), json({})])
  await client.calls.command('call_1', [commands.hangup()])
  assert.equal(sent.length, 3)
  assert.equal(sent[0]?.init.method, 'POST')
  assert.equal(sent[0]?.init.body, '{"commands":[{"type":"hangup"}]}')
  assert.equal(header(sent[0], 'content-type'), 'application/json')
  assert.match(header(sent[0], 'idempotency-key') ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(header(sent[2], 'idempotency-key'), header(sent[0], 'idempotency-key'))
  assert.deepEqual(waitedMs, [2_000, 500])
})

test('calls.hangup() takes the caller’s own idempotency key', async () => {
  const { client, sent } = clientWith([new Response(null, { status: 204 })])
  await client.calls.hangup('call_1', { idempotencyKey: 'mine' })
  assert.equal(sent[0]?.url, 'https://gw.example:8443/v1/calls/call_1/hangup')
  assert.equal(header(sent[0], 'idempotency-key'), 'mine')
})

test('createClient() rejects with what the problem document says', async () => {
  const problem = { title: 'Not found', detail: 'there is no such call', code: 20_404, request_id: 'req_1' }
  const { client, sent } = clientWith([json(problem, { status: 404 })])
  await assert.rejects(client.calls.get('call_9'), {
    name: 'VoxkeepApiError',
    code: 'API_REFUSED',
    status: 404,
    problem: 20_404,
    detail: 'there is no such call',
    requestId: 'req_1',
  })
  assert.equal(sent.length, 1)
})

test('createClient() survives a refusal that is no problem document', async () => {
  const { client } = clientWith([
    new Response('<html>', { status: 400, headers: { 'x-request-id': 'req_2' } }),
  ])
  await assert.rejects(client.calls.get('x'), { status: 400, detail: undefined, requestId: 'req_2' })
})

test('createClient() gives up after its retries and says the gateway cannot be reached', async () => {
  const { client, sent } = clientWith([new Error('1'), new Error('2'), new Error('3')])
  await assert.rejects(client.recordings.get('rec_1'), { code: 'API_UNREACHABLE' })
  assert.equal(sent.length, 3)
})

test('createClient() waits no longer than ten seconds, whatever Retry-After says', async () => {
  const { client, waitedMs } = clientWith([
    json({}, { status: 429, headers: { 'retry-after': '9999' } }),
    json({}),
  ])
  await client.recordings.get('rec_1')
  assert.deepEqual(waitedMs, [10_000])
})

test('createClient() passes the signal on, and an abort is not retried', async () => {
  const controller = new AbortController()
  const { client, sent } = clientWith([new Error('aborted')])
  controller.abort(new Error('enough'))
  await assert.rejects(client.calls.get('call_1', controller.signal), /enough/)
  assert.equal(sent.length, 1)
})

test('createClient() waits by a timer that an abort stops', async () => {
  const controller = new AbortController()
  const busy = json({}, { status: 503, headers: { 'retry-after': '10' } })
  const client = createClient({
    baseUrl: 'https://gw.example',
    token: 't',
    fetch: async () => {
      setImmediate(() => controller.abort(new Error('hung up')))
      return busy
    },
  })
  await assert.rejects(client.calls.get('call_1', controller.signal), /hung up/)
})

test('createClient() says so when an answer is not JSON', async () => {
  const { client } = clientWith([new Response('?')])
  await assert.rejects(client.tokens.create({ name: 'ci', scopes: [] }), { code: 'API_MALFORMED' })
})

test('recordings.audio() streams a part in the format asked for', async () => {
  const { client, sent } = clientWith([new Response(new Uint8Array([1, 2, 3]))])
  const audio = await client.recordings.audio('rec_1', {
    fromMs: 0,
    toMs: 1_000,
    format: 'ulaw',
    pauses: 'skip',
  })
  assert.deepEqual(await new Response(audio).bytes(), new Uint8Array([1, 2, 3]))
  assert.equal(
    sent[0]?.url,
    'https://gw.example:8443/v1/recordings/rec_1/audio?from_ms=0&to_ms=1000&format=ulaw&pauses=skip',
  )
})

test('recordings.delete() and tokens.revoke() delete what they name', async () => {
  const { client, sent } = clientWith([
    new Response(null, { status: 204 }),
    new Response(null, { status: 204 }),
  ])
  await client.recordings.delete('rec_1')
  await client.tokens.revoke('tok_1')
  assert.deepEqual(
    sent.map(({ url, init }) => `${init.method} ${url}`),
    ['DELETE https://gw.example:8443/v1/recordings/rec_1', 'DELETE https://gw.example:8443/v1/tokens/tok_1'],
  )
})

test('tokens.create() hands over the text of the new token', async () => {
  const { client, sent } = clientWith([json({ id: 'tok_1', token: 'vk_live_new' }, { status: 201 })])
  const made = await client.tokens.create({ name: 'ci', scopes: ['calls:read'] })
  assert.equal(made.token, 'vk_live_new')
  assert.equal(sent[0]?.init.body, '{"name":"ci","scopes":["calls:read"]}')
})

test('calls.list() and recordings.list() filter on every page', async () => {
  const page = { data: [], has_more: true, next_cursor: 'c1' }
  const last = { data: [], has_more: false, next_cursor: null }
  const { client, sent } = clientWith([json(page), json(last), json(last)])
  for await (const call of client.calls.list({ state: 'active' })) assert.fail(call.id)
  await client.recordings.list({ callId: 'call_1', limit: 5 })
  assert.deepEqual(
    sent.map(({ url }) => url.slice('https://gw.example:8443/v1/'.length)),
    ['calls?state=active', 'calls?state=active&cursor=c1', 'recordings?call_id=call_1&limit=5'],
  )
})

test('calls.audit() gives the entries of the log', async () => {
  const { client } = clientWith([json({ data: [{ index: 1 }] })])
  assert.deepEqual(await client.calls.audit('call_1'), [{ index: 1 }])
})

test('calls.setVariables() is not tried again: what it overwrote may have changed since', async () => {
  const { client, sent } = clientWith([json({}, { status: 503 })])
  await assert.rejects(client.calls.setVariables('call_1', { mood: null }), { status: 503 })
  assert.equal(sent[0]?.init.body, '{"variables":{"mood":null}}')
  assert.equal(sent.length, 1)
})
