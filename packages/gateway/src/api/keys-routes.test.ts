import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startFakeApi } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const token = await api.token()
beforeEach(() => {
  api.world.failing = {}
  api.world.keys.failing = undefined
  api.world.happened.length = 0
})

test('GET /v1/keys shows the tenant’s keys and what is under them, and never a wrapped key', async () => {
  const { status, json, bytes } = await api.send('GET', '/v1/keys', { token })
  assert.equal(status, 200)
  assert.deepEqual([json['state'], json['provider'], json['key']], ['open', 'local', 'voxkeep-acme'])
  const [key] = json['keys'] as Record<string, unknown>[]
  assert.deepEqual([key?.['purpose'], key?.['version'], key?.['objects']], ['audio', 1, 3])
  assert.equal((json['rewrap'] as { done: number }).done, 2)
  const marker = 'Marker-Wrapped'
  for (const form of [marker, Buffer.from(marker).toString('base64').slice(0, 16)])
    assert.ok(!bytes.includes(form))
})

test('POST /v1/keys/rotate is audited before it rotates, all purposes unless one is named', async () => {
  const { status, json } = await api.send('POST', '/v1/keys/rotate', { token, body: {} })
  assert.equal(status, 202)
  assert.equal((json['rotated'] as { version: number }[])[0]?.version, 2)
  await api.send('POST', '/v1/keys/rotate', { token, body: { purpose: 'audio' } })
  assert.deepEqual(api.world.happened, [
    'audit keys.rotate',
    'rotate acme all',
    'audit keys.rotate',
    'rotate acme audio',
  ])
})

test('POST /v1/keys/rotate rotates once for an idempotency key, and never the root of hashes', async () => {
  const headers = { 'idempotency-key': 'once' }
  for (let time = 0; time < 2; time++)
    assert.equal((await api.send('POST', '/v1/keys/rotate', { token, body: {}, headers })).status, 202)
  assert.equal(api.world.happened.filter((one) => one.startsWith('rotate')).length, 1)
  const system = await api.send('POST', '/v1/keys/rotate', { token, body: { purpose: 'system' } })
  assert.equal(system.status, 400)
})

test('POST /v1/keys/rotate says why the keys cannot be used', async () => {
  api.world.keys.failing = 'KEY_CLOSED'
  const { status, json } = await api.send('POST', '/v1/keys/rotate', { token, body: {} })
  assert.deepEqual([status, json.code, json['why']], [503, 50_302, 'KEY_CLOSED'])
})

test('POST /v1/keys/destroy destroys nothing unless the tenant’s name is given, and is audited before it does', async () => {
  const wrong = await api.send('POST', '/v1/keys/destroy', { token, body: { confirm: 'other' } })
  assert.deepEqual([wrong.status, wrong.json.code], [400, 40_004])
  assert.equal((await api.send('POST', '/v1/keys/destroy', { token, body: {} })).status, 400)
  assert.deepEqual(api.world.happened, [])
  const { status, json } = await api.send('POST', '/v1/keys/destroy', { token, body: { confirm: 'acme' } })
  assert.deepEqual([status, json['objects']], [200, 3])
  assert.deepEqual(api.world.happened, ['audit keys.destroy', 'destroy acme'])
})

test('POST /v1/keys/destroy is refused while a hold stands: nothing that it is on could be read any more', async () => {
  const placed = await api.send('POST', '/v1/holds', { token, body: { all: true, reason: 'case 12' } })
  const id = String(placed.json['id'])
  const body = { confirm: 'acme' }
  const refused = await api.send('POST', '/v1/keys/destroy', { token, body })
  assert.deepEqual([refused.status, refused.json.code, refused.json['why']], [409, 40_920, 'hold'])
  assert.ok(refused.bytes.toString().includes(id))
  assert.ok(!api.world.happened.some((one) => one.includes('destroy')))
  await api.send('POST', `/v1/holds/${id}/release`, { token, body: { reason: 'closed' } })
  assert.equal((await api.send('POST', '/v1/keys/destroy', { token, body })).status, 200)
})

test('no audit, no key: neither rotating nor destroying happens when the audit log takes no entry', async () => {
  api.world.failing.audit = true
  for (const [path, body] of [
    ['/v1/keys/rotate', {}],
    ['/v1/keys/destroy', { confirm: 'acme' }],
  ] as const)
    assert.equal((await api.send('POST', path, { token, body })).status, 503)
  assert.deepEqual(api.world.happened, [])
})
