import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

describe('GET /v1/speech/engines', () => {
  let api: FakeApi
  before(async () => {
    api = await startFakeApi()
  })
  after(() => api[Symbol.asyncDispose]())

  test('GET /v1/speech/engines tells what is known of each engine, how it does, and whether the tenant may use it', async () => {
    const token = await api.token(['calls:read'])
    const { status, json } = await api.send('GET', '/v1/speech/engines', { token })
    assert.equal(status, 200)
    assert.deepEqual(json.data, [
      {
        id: 'local',
        kind: 'vosk',
        region: 'eu',
        data_classes: ['personal'],
        training_opt_out: true,
        refused: null,
        health: 'up',
        sessions: 2,
        max_sessions: 100,
        lag_ms: 120,
        words: 7,
        lost_ms: 0,
        failures: { stalled: 1 },
      },
    ])
    const other = await api.token(['calls:read'], { tenant: 'other' })
    const { json: theirs } = await api.send('GET', '/v1/speech/engines', { token: other })
    assert.equal(theirs.data[0]?.['refused'], 'region')
  })

  test('GET /v1/speech/engines needs calls:read', async () => {
    const token = await api.token(['recordings:read'])
    assert.equal((await api.send('GET', '/v1/speech/engines', { token })).status, 403)
  })
})
