import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { addCall, startFakeApi } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const token = await api.token()
let counter = 0
let path = ''
let headers: Record<string, string> = {}
const body = { commands: [{ type: 'answer' }] }

beforeEach(() => {
  path = `/v1/calls/${addCall(api.world).id}/commands`
  headers = { 'idempotency-key': `key-${counter++}` }
  api.world.commands.length = 0
  api.world.failing = {}
})

test('a POST with the same Idempotency-Key takes effect once and is answered alike', async () => {
  const first = await api.send('POST', path, { token, headers, body })
  const second = await api.send('POST', path, { token, headers, body })
  assert.equal(api.world.commands.length, 1)
  assert.deepEqual([first.status, second.status], [202, 202])
  assert.deepEqual(second.json, first.json)
  assert.equal(first.headers['idempotent-replayed'], undefined)
  assert.equal(second.headers['idempotent-replayed'], 'true')
})

test('without a key, or with another, or by another token, a POST takes effect each time', async () => {
  await api.send('POST', path, { token, body })
  await api.send('POST', path, { token, body })
  await api.send('POST', path, { token, headers, body })
  await api.send('POST', path, { token: await api.token(), headers, body })
  assert.equal(api.world.commands.length, 4)
})

test('a key that was used for another body or path is refused with 422', async () => {
  await api.send('POST', path, { token, headers, body })
  const other = await api.send('POST', path, { token, headers, body: { commands: [{ type: 'hangup' }] } })
  const elsewhere = await api.send('POST', `/v1/calls/${addCall(api.world).id}/commands`, {
    token,
    headers,
    body,
  })
  assert.deepEqual([other.status, other.json.code], [422, 42_200])
  assert.deepEqual([elsewhere.status, elsewhere.json.code], [422, 42_200])
  assert.equal(api.world.commands.length, 1)
})

test('a key that is being worked on is refused with 409', async () => {
  const working = Promise.withResolvers<'accepted'>()
  const started = Promise.withResolvers<void>()
  const { command } = api.deps.calls
  Object.assign(api.deps.calls, { command: () => (started.resolve(), working.promise) })
  const first = api.send('POST', path, { token, headers, body })
  await started.promise
  const second = await api.send('POST', path, { token, headers, body })
  Object.assign(api.deps.calls, { command })
  working.resolve('accepted')
  assert.deepEqual([second.status, second.json.code], [409, 40_901])
  assert.equal((await first).status, 202)
  const third = await api.send('POST', path, { token, headers, body })
  assert.equal(third.headers['idempotent-replayed'], 'true')
})

test('of many at once with one key, one takes effect', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => api.send('POST', path, { token, headers, body })),
  )
  assert.equal(api.world.commands.length, 1)
  assert.ok(answers.every(({ status }) => status === 202 || status === 409))
})

test('a request that failed gives its key back', async () => {
  api.world.failing = { command: true }
  assert.equal((await api.send('POST', path, { token, headers, body })).status, 500)
  api.world.failing = { audit: true }
  assert.equal((await api.send('POST', path, { token, headers, body })).status, 503)
  api.world.failing = {}
  const again = await api.send('POST', path, { token, headers, body })
  assert.equal(again.status, 202)
  assert.equal(again.headers['idempotent-replayed'], undefined)
})

test('a request that was not valid does not use its key up', async () => {
  assert.equal((await api.send('POST', path, { token, headers, body: {} })).status, 400)
  assert.equal((await api.send('POST', path, { token, headers, body })).status, 202)
})

test('a key that a crash left claimed can be used again', async () => {
  await api.send('POST', path, { token, headers, body })
  const [name, row] = [...api.world.idempotency].at(-1) ?? assert.fail()
  api.world.idempotency.set(name, { ...row, status: null, body: null })
  const again = await api.send('POST', path, { token, headers, body })
  assert.equal(again.status, 202)
  assert.equal(api.world.commands.length, 2)
})

test('what was done is answered as done although the answer could not be kept', async () => {
  api.world.failing = { finish: true }
  assert.equal((await api.send('POST', path, { token, headers, body })).status, 202)
  assert.equal(api.world.commands.length, 1)
})

test('a new token is never kept: its repetition is answered without it', async () => {
  const request = { token, headers, body: { name: 'n', scopes: ['calls:read'] } }
  const first = await api.send('POST', '/v1/tokens', request)
  const second = await api.send('POST', '/v1/tokens', request)
  assert.match(String(first.json['token']), /^vk_live_/)
  assert.equal(second.json['token'], null)
  assert.equal(second.json['id'], first.json['id'])
  assert.equal(
    JSON.stringify([...api.world.idempotency.values()]).includes(String(first.json['token'])),
    false,
  )
})

test('keys are forgotten after a day', async () => {
  await api.send('POST', path, { token, headers, body })
  api.clock.advance(23 * 3_600_000)
  assert.equal(
    (await api.send('POST', path, { token, headers, body })).headers['idempotent-replayed'],
    'true',
  )
  api.clock.advance(3 * 3_600_000)
  assert.equal(api.world.idempotency.size, 0)
})
