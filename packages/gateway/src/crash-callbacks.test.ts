import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, parseConfig, type AppId } from '#kernel'
import { crashCallbacks } from './crash-callbacks.ts'

const webhook = { url: 'https://app.test/', secrets: ['env:S'] }
const twilio = { authTokens: ['env:T'], statusCallback: { url: 'https://app.test/status' } }
const config = parseConfig(
  JSON.stringify({
    dataDir: 'd',
    sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
    apps: [
      { id: 'ours', webhook },
      { id: 'theirs', webhook, dialect: 'twilio', twilio },
    ],
  }),
  'c',
)
const about = { direction: 'inbound', from: '+12125550100', to: '+12125550199' }
const event = {
  id: 'evt_1',
  type: 'call.ended',
  call: 'call_018bcfe568000123456789abcdef0123',
  data: { ...about, reason: 'gateway-crashed', answered: true },
}

test('crashCallbacks() tells nobody outside the regions that the tenant is tied to', () => {
  const tenants = [{ id: 'default', regions: ['eu'] }] as unknown as typeof config.tenants
  const away = crashCallbacks({ ...config, tenants }, fakeClock())
  assert.deepEqual(away('theirs' as AppId, event), [])
  const apps = config.apps.map((app) => ({ ...app, endpoints: [{ host: 'app.test', region: 'eu' }] }))
  assert.equal(crashCallbacks({ ...config, tenants, apps }, fakeClock())('theirs' as AppId, event).length, 1)
})

test('crashCallbacks() tells an app of another dialect of a call that a crash ended, and one of ours nothing', () => {
  const callbacks = crashCallbacks(config, fakeClock())
  const [request, ...others] = callbacks('theirs' as AppId, event)
  const form = new URLSearchParams(request?.body)
  assert.deepEqual([request?.url, others.length], ['https://app.test/status', 0])
  assert.deepEqual(
    ['CallStatus', 'From', 'To', 'Direction', 'CallSid'].map((name) => form.get(name)),
    ['completed', '+12125550100', '+12125550199', 'inbound', 'CA018bcfe568000123456789abcdef0123'],
  )
  assert.deepEqual(callbacks('ours' as AppId, event), [])
  assert.deepEqual(callbacks('gone' as AppId, event), [])
})
