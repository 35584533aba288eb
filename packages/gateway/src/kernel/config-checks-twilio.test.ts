import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configFaults } from './test-config.ts'

const webhook = { url: 'https://app.example/', secrets: ['env:S'] }
const faults = (app: object) => configFaults({ apps: [{ id: 'app', webhook, ...app }] })

test('twilioFaults() wants tokens with the dialect, and the dialect with tokens', () => {
  const twilio = { authTokens: ['env:T'] }
  assert.deepEqual(faults({ dialect: 'twilio', twilio }), [])
  assert.deepEqual(faults({}), [])
  assert.match(faults({ dialect: 'twilio' })[0] ?? '', /^apps\.0\.dialect: "app" speaks twilio: it needs/)
  assert.match(faults({ twilio })[0] ?? '', /^apps\.0\.twilio: "app" has/)
})
