import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountSid, applicationSid } from './account-sid.ts'

test('accountSid() has the shape that Twilio’s clients insist on, one for each tenant', () => {
  assert.match(accountSid('acme'), /^AC[0-9a-f]{32}$/)
  assert.equal(accountSid('acme'), accountSid('acme'))
  assert.notEqual(accountSid('acme'), accountSid('rival'))
})

test('applicationSid() is one for each app, and no account’s', () => {
  assert.match(applicationSid('agent'), /^AP[0-9a-f]{32}$/)
  assert.notEqual(applicationSid('agent').slice(2), accountSid('agent').slice(2))
})
