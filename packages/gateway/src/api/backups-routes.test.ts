import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

describe('backups', () => {
  let api: FakeApi
  let token: string
  before(async () => {
    api = await startFakeApi()
    token = await api.token()
  })
  after(() => api[Symbol.asyncDispose]())

  test('POST /v1/backups begins one, for whom it says, and it is listed', async () => {
    const { status, json } = await api.send('POST', '/v1/backups', { token })
    assert.deepEqual([status, json['state'], 'node' in json], [202, 'running', false])
    assert.match(api.world.backups.actors.at(-1) ?? '', /^token:tok_/)
    const id = String(json['id'])
    assert.equal((await api.send('GET', `/v1/backups/${id}`, { token })).json['id'], id)
    assert.deepEqual(
      (await api.send('GET', '/v1/backups', { token })).json.data.map((row) => row['id']),
      [id],
    )
    assert.equal((await api.send('GET', `/v1/backups/bak_${'9'.repeat(32)}`, { token })).status, 404)
  })

  test('POST /v1/backups says why there is none', async () => {
    for (const [refusal, code] of [
      ['no-store', 40_911],
      ['running', 40_910],
      ['unaudited', 50_300],
    ] as const) {
      api.world.backups.refusal = refusal
      assert.equal((await api.send('POST', '/v1/backups', { token })).json.code, code)
    }
    api.world.backups.refusal = undefined
  })

  test('backups need scopes of their own', async () => {
    const reader = await api.token(['backups:read', 'recordings:read'])
    assert.equal((await api.send('POST', '/v1/backups', { token: reader })).status, 403)
    assert.equal((await api.send('GET', '/v1/backups', { token: reader })).status, 200)
  })

  test('GET /v1/erasures lists destroyed keys, a line each, and is audited', async () => {
    const { bytes } = await api.send('GET', '/v1/erasures?since=2026-01-01T00:00:00Z', { token })
    assert.equal(bytes.toString(), '{"object":"rec_1","at":"2026-01-01T00:00:00.000Z"}\n')
    assert.equal(api.world.audited.at(-1)?.type, 'erasures.read')
  })
})
