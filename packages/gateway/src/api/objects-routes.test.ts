import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

describe('objects', () => {
  let api: FakeApi
  let token: string
  before(async () => {
    api = await startFakeApi()
    token = await api.token()
  })
  beforeEach(() => {
    api.world.audited.length = 0
    api.world.failing = {}
  })
  after(() => api[Symbol.asyncDispose]())

  test('GET /v1/objects lists a tenant’s objects, by call and by state, and nobody else’s', async () => {
    const row = api.world.objects.add()
    const lost = api.world.objects.add({ state: 'missing' })
    api.world.objects.add({ tenant: 'other' as never })
    const ids = async (query: string) =>
      (await api.send('GET', `/v1/objects${query}`, { token })).json.data.map(({ id }) => id)
    assert.deepEqual(await ids(''), [lost.id, row.id])
    assert.deepEqual(await ids('?state=missing'), [lost.id])
    assert.deepEqual(await ids(`?call_id=${row.call_id}`), [row.id])
    const stranger = await api.token(undefined, { tenant: 'stranger' })
    assert.deepEqual((await api.send('GET', '/v1/objects', { token: stranger })).json.data, [])
    assert.equal((await api.send('GET', `/v1/objects/${row.id}`, { token: stranger })).status, 404)
  })

  test('GET /v1/objects/:id says where an object lies, and its hash', async () => {
    const row = api.world.objects.add({ lock_mode: 'compliance', lock_until: new Date(1_800_000_000_000) })
    const { json } = await api.send('GET', `/v1/objects/${row.id}`, { token })
    assert.deepEqual(
      [json['store'], json['sha256'], json['lock_mode'], json['lock_until']],
      ['local', row.sha256, 'compliance', '2027-01-15T08:00:00.000Z'],
    )
    assert.equal('tenant' in json || 'node' in json, false)
  })

  test('POST /v1/objects/verify compares, after it is in the audit log, only the tenant’s own', async () => {
    const body = { limit: 5, open: true }
    const { status, json } = await api.send('POST', '/v1/objects/verify', { token, body })
    assert.deepEqual([status, json['checked'], json['unlisted'], json['next']], [200, 3, ['local/a'], null])
    assert.partialDeepStrictEqual(api.world.objects.asked.at(-1), { tenant: 'acme', limit: 5, open: true })
    assert.equal(api.world.audited.at(-1)?.type, 'objects.verify')
    api.world.failing = { audit: true }
    const asked = api.world.objects.asked.length
    assert.equal((await api.send('POST', '/v1/objects/verify', { token, body })).json.code, 50_300)
    assert.equal(api.world.objects.asked.length, asked)
    const reader = await api.token(['objects:read'])
    assert.equal((await api.send('POST', '/v1/objects/verify', { token: reader, body })).status, 403)
  })
})
