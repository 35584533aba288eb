import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, parseConfig } from './config.ts'

function faults(app: object): string[] {
  const webhook = { url: 'https://app.example/', secrets: ['env:S'] }
  const sip = { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] }
  try {
    parseConfig(JSON.stringify({ dataDir: 'd', sip, apps: [{ id: 'app', webhook, ...app }] }), 'c')
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map((fault) => fault.replace(/^c:\d+: /, ''))
  }
}

test('twilioFaults() wants tokens with the dialect, and the dialect with tokens', () => {
  const twilio = { authTokens: ['env:T'] }
  assert.deepEqual(faults({ dialect: 'twilio', twilio }), [])
  assert.deepEqual(faults({}), [])
  assert.match(faults({ dialect: 'twilio' })[0] ?? '', /^apps\.0\.dialect: "app" speaks twilio: it needs/)
  assert.match(faults({ twilio })[0] ?? '', /^apps\.0\.twilio: "app" has/)
})
