import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

describe('/v1/verifiers', () => {
  let api: FakeApi
  before(async () => {
    api = await startFakeApi()
  })
  after(() => api[Symbol.asyncDispose]())

  test('GET /v1/verifiers tells what is known of each engine, how it does, and whether the tenant may use it', async () => {
    const token = await api.token(['calls:read'])
    const { status, json } = await api.send('GET', '/v1/verifiers', { token })
    assert.equal(status, 200)
    assert.deepEqual(json.data, [
      {
        id: 'print',
        kind: 'https',
        region: 'eu',
        data_classes: ['biometric'],
        training_opt_out: true,
        refused: null,
        health: 'up',
        sessions: 1,
        max_sessions: 20,
        results: { match: 3, mismatch: 1 },
        failures: { VERIFIER_STALLED: 1 },
      },
    ])
    const other = await api.token(['calls:read'], { tenant: 'other' })
    const { json: theirs } = await api.send('GET', '/v1/verifiers', { token: other })
    assert.deepEqual([theirs.data[0]?.['refused'], theirs.data[0]?.['results']], ['region', {}])
  })

  test('DELETE …/subjects/{subject} has the engine forget the tenant’s own subject, with an audit entry first that does not name it', async () => {
    const token = await api.token(['subjects:erase'])
    for (const subject of ['anna', 'nobody']) {
      const { status } = await api.send('DELETE', `/v1/verifiers/print/subjects/${subject}`, { token })
      assert.equal(status, 204)
    }
    assert.deepEqual(api.world.happened.slice(-4), [
      'audit verifier.forget',
      'forget acme anna',
      'audit verifier.forget',
      'forget acme nobody',
    ])
    assert.partialDeepStrictEqual(api.world.audited.at(-2), {
      fields: { verifier: 'print', subject: 'person:acme-4' },
    })
    assert.ok(!JSON.stringify(api.world.audited).includes('anna'))
  })

  test('DELETE …/subjects/{subject} says when the engine could not be told, and when there is none', async () => {
    const token = await api.token(['subjects:erase'])
    const send = (path: string) => api.send('DELETE', `/v1/verifiers/${path}`, { token })
    assert.equal((await send('print-down/subjects/anna')).json.code, 50_340)
    assert.equal((await send('away/subjects/anna')).status, 404)
    assert.equal((await send('print/subjects/12025550100')).status, 400)
    const reader = await api.token(['calls:read'])
    assert.equal(
      (await api.send('DELETE', '/v1/verifiers/print/subjects/anna', { token: reader })).status,
      403,
    )
  })

  test('DELETE …/subjects/{subject} tells no engine anything that could not be audited', async () => {
    const token = await api.token(['subjects:erase'])
    api.world.failing.audit = true
    const before = api.world.happened.length
    const { status } = await api.send('DELETE', '/v1/verifiers/print/subjects/anna', { token })
    api.world.failing.audit = false
    assert.equal(status, 503)
    assert.equal(api.world.happened.length, before)
  })
})
