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

test('platformFaults() wants `platform` with a dialect whose signature is made, and `apiKey` with vonage', () => {
  const platform = { secrets: ['env:T'] }
  for (const dialect of ['telnyx', 'plivo', 'vonage', 'jambonz'])
    assert.deepEqual(faults({ dialect, platform }), [])
  assert.deepEqual(faults({ dialect: 'vonage', platform: { ...platform, apiKey: 'abc' } }), [])
  for (const dialect of ['voxkeep', 'teler', 'exotel'])
    assert.match(faults({ dialect, platform })[0] ?? '', /^apps\.0\.platform: "app" has `platform`/)
  assert.match(
    faults({ dialect: 'plivo', platform: { ...platform, apiKey: 'abc' } })[0] ?? '',
    /^apps\.0\.platform\.apiKey: "app" has an `apiKey`/,
  )
})
