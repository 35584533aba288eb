import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configFaults } from './test-config.ts'

const webhook = { url: 'https://app.example/', secrets: ['env:S'] }
const faults = (app: object) => configFaults({ apps: [{ id: 'app', webhook, ...app }] })

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
