import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type { AppId, TenantId } from '#kernel'
import { startFakeApi, tenant } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const token = await api.token()
beforeEach(() => {
  api.world.failing = {}
  api.world.happened.length = 0
  api.world.stops.clear()
  api.world.stops.set('ivr' as AppId, tenant)
  api.world.stops.set('theirs' as AppId, 'other' as TenantId)
})
const path = '/v1/dialing/stops'

test('GET /v1/dialing/stops lists the tenant’s own stopped apps', async () => {
  const { status, json } = await api.send('GET', path, { token })
  assert.deepEqual([status, json.data], [200, [{ app: 'ivr' }]])
})

test('DELETE /v1/dialing/stops/{app} is audited before it lifts, and once', async () => {
  assert.equal((await api.send('DELETE', `${path}/ivr`, { token })).status, 204)
  assert.deepEqual(api.world.happened, ['audit dialing.lift', 'lift ivr token:tok'])
  assert.equal((await api.send('DELETE', `${path}/ivr`, { token })).status, 404)
})

test('no audit, no lift: DELETE /v1/dialing/stops/{app} lifts nothing when the audit log takes no entry', async () => {
  api.world.failing.audit = true
  assert.equal((await api.send('DELETE', `${path}/ivr`, { token })).status, 503)
  assert.ok(api.world.stops.has('ivr' as AppId))
})

test('DELETE /v1/dialing/stops/{app} knows no app of another tenant, and none that is not stopped', async () => {
  assert.equal((await api.send('DELETE', `${path}/theirs`, { token })).status, 404)
  assert.equal((await api.send('DELETE', `${path}/unknown`, { token })).status, 404)
  assert.deepEqual(api.world.happened, [])
})

test('the routes under /v1/dialing need scopes of their own', async () => {
  const reader = await api.token(['dialing:read'])
  assert.equal((await api.send('GET', path, { token: reader })).status, 200)
  assert.equal((await api.send('DELETE', `${path}/ivr`, { token: reader })).status, 403)
  const other = await api.token(['calls:write', 'tokens:admin'])
  assert.equal((await api.send('GET', path, { token: other })).status, 403)
})
