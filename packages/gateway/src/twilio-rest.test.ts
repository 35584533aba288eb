import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppId, Config, TenantId } from '#kernel'
import { apiTwilio } from './twilio-rest.ts'

const twilio = { authTokens: ['env:T'], strict: false, voices: {}, paymentConnectors: { Default: 'stripe' } }
const webhook = { url: 'https://app.test/voice' }
const apps = [
  { id: 'bot', tenant: 'acme', dialect: 'twilio', twilio, webhook },
  { id: 'own', tenant: 'acme', dialect: 'voxkeep', webhook },
  { id: 'theirs', tenant: 'rival', dialect: 'twilio', twilio, webhook },
] as unknown as Config['apps']
const rest = apiTwilio(apps)
const bot = 'bot' as AppId

test('apiTwilio() knows a tenant’s apps that speak the dialect, and no others', () => {
  assert.deepEqual(rest.apps('acme' as TenantId), ['bot'])
  assert.deepEqual(rest.apps('nobody' as TenantId), [])
})

test('apiTwilio() reads a document for an app that speaks the dialect', () => {
  assert.deepEqual(rest.read(bot, '<Response><Hangup/></Response>'), {
    ok: true,
    actions: [{ type: 'hangup' }],
  })
  assert.partialDeepStrictEqual(rest.read(bot, '<Oops/>'), { ok: false, code: 12_102 })
  assert.partialDeepStrictEqual(rest.read('own' as AppId, '<Response/>'), { ok: false, code: 21_218 })
})

test('apiTwilio() finds the provider behind a connector, and takes an unknown name as it is', () => {
  assert.equal(rest.provider(bot, 'Default'), 'stripe')
  assert.equal(rest.provider(bot, 'adyen'), 'adyen')
  assert.equal(rest.provider(bot, 'constructor'), 'constructor')
})
