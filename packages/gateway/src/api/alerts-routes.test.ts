import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { anAlert } from './fake-alerts.ts'
import { startFakeApi } from './fake-deps.ts'

describe('alerts over the API', () => {
  test('are listed newest first, by state, a page at a time, to their tenant only', async () => {
    await using api = await startFakeApi()
    const { rows } = api.world.alerts
    for (let n = 1; n <= 3; n++) rows.set(anAlert(n, 'acme').id, anAlert(n, 'acme'))
    const other = anAlert(4, 'rival')
    rows.set(other.id, other)
    const token = await api.token(['alerts:read'])
    const first = await api.send('GET', '/v1/alerts?limit=2', { token })
    assert.equal(first.status, 200)
    assert.deepEqual(
      first.json.data.map(({ id }) => id),
      [anAlert(3, '').id, anAlert(2, '').id],
    )
    const next = await api.send('GET', `/v1/alerts?limit=2&cursor=${String(first.json['next_cursor'])}`, {
      token,
    })
    assert.deepEqual(
      next.json.data.map(({ id }) => id),
      [anAlert(1, '').id],
    )
    const none = await api.send('GET', '/v1/alerts?state=acknowledged', { token })
    assert.deepEqual(none.json.data, [])
    assert.equal((await api.send('GET', `/v1/alerts/${other.id}`, { token })).status, 404)
    assert.equal(
      (await api.send('GET', `/v1/alerts/${anAlert(1, '').id}`, { token })).json['severity'],
      'high',
    )
  })

  test('are acknowledged once it is in the audit log, by whom the token says', async () => {
    await using api = await startFakeApi()
    const alert = anAlert(1, 'acme')
    api.world.alerts.rows.set(alert.id, alert)
    const token = await api.token(['alerts:write'])
    api.world.failing.audit = true
    assert.equal((await api.send('POST', `/v1/alerts/${alert.id}/ack`, { token })).status, 503)
    assert.equal(api.world.alerts.rows.get(alert.id)?.state, 'open')
    api.world.failing.audit = false
    const done = await api.send('POST', `/v1/alerts/${alert.id}/ack`, { token })
    assert.deepEqual([done.status, done.json['state']], [200, 'acknowledged'])
    assert.match(String(done.json['acknowledged_by']), /^token:tok_/)
    assert.deepEqual(api.world.happened, ['audit alert.acknowledge'])
    await api.send('POST', `/v1/alerts/${alert.id}/ack`, { token })
    assert.equal(api.world.audited.length, 1)
  })

  test('are not for a token that may do neither', async () => {
    await using api = await startFakeApi()
    const alert = anAlert(1, 'acme')
    api.world.alerts.rows.set(alert.id, alert)
    const reader = await api.token(['alerts:read'])
    const nobody = await api.token(['calls:read'])
    assert.equal((await api.send('POST', `/v1/alerts/${alert.id}/ack`, { token: reader })).status, 403)
    assert.equal((await api.send('GET', '/v1/alerts', { token: nobody })).status, 403)
  })
})
