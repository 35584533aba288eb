import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

describe('GET /v1/voices', () => {
  let api: FakeApi
  before(async () => {
    api = await startFakeApi()
  })
  after(() => api[Symbol.asyncDispose]())

  test('GET /v1/voices tells what is known of each voice, how it does, and whether the tenant may use it', async () => {
    const token = await api.token(['calls:read'])
    const { status, json } = await api.send('GET', '/v1/voices', { token })
    assert.equal(status, 200)
    assert.deepEqual(json.data, [
      {
        id: 'espeak',
        kind: 'command',
        region: 'eu',
        data_classes: ['personal'],
        training_opt_out: true,
        refused: null,
        health: 'up',
        sessions: 1,
        max_sessions: 8,
        texts: 3,
        characters: 120,
        audio_ms: 9_000,
        failures: { VOICE_STALLED: 1 },
      },
    ])
    const other = await api.token(['calls:read'], { tenant: 'other' })
    const { json: theirs } = await api.send('GET', '/v1/voices', { token: other })
    assert.equal(theirs.data[0]?.['refused'], 'region')
  })

  test('GET /v1/voices needs calls:read', async () => {
    const token = await api.token(['recordings:read'])
    assert.equal((await api.send('GET', '/v1/voices', { token })).status, 403)
  })
})
