import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeWorld } from './fake-world.ts'
import type { CallApp } from './deps.ts'
import { addressOfCall, targetOf } from './event-address.ts'

const events = { url: '/told', method: 'POST' as const }

function anApp(): CallApp {
  const [app] = fakeWorld().deps.apps.values()
  assert.ok(app)
  return app
}

test('addressOfCall() is for what becomes of the call, and for nothing else', () => {
  assert.equal(addressOfCall(events, 'call.answered'), events)
  assert.equal(addressOfCall(events, 'call.ended'), events)
  assert.equal(addressOfCall(events, 'call.collect.progress'), undefined)
  assert.equal(addressOfCall(events, 'recording.completed'), undefined)
})

test('targetOf() is the app’s own address unless there is another', () => {
  assert.equal(targetOf({ app: anApp() }, undefined, 'call.ended'), undefined)
  assert.deepEqual(targetOf({ app: anApp() }, events, 'call.ended'), {
    url: 'https://app.test/told',
    method: 'POST',
  })
})

test('targetOf() is nowhere for an event that was not asked for', () => {
  const some = { ...events, only: ['ended'] }
  assert.equal(targetOf({ app: anApp() }, some, 'call.answered'), null)
  assert.notEqual(targetOf({ app: anApp() }, some, 'call.ended'), null)
})
