import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import { eventOf, subscriptionStateOf } from './refer-event.ts'

const notify = (name: string, value: string) =>
  createRequest({ method: 'NOTIFY', uri: 'sip:a@b.example', headers: [[name, value]] })

test('eventOf() knows a REFER’s events, with and without the id of the REFER (RFC 3515 §2.4.6)', () => {
  assert.deepEqual(eventOf(notify('Event', 'refer')), { id: undefined })
  assert.deepEqual(eventOf(notify('o', 'Refer ; id=93809823')), { id: 93_809_823 })
  assert.equal(eventOf(notify('Event', 'presence')), undefined)
  assert.equal(eventOf(notify('Event', 'refer.winfo')), undefined)
})

test('subscriptionStateOf() tells the last news from the others', () => {
  const state = (value: string) => subscriptionStateOf(notify('Subscription-State', value))
  assert.deepEqual(state('active;expires=60'), { isLast: false, reason: undefined })
  assert.deepEqual(state('terminated;reason=NoResource'), { isLast: true, reason: 'noresource' })
  assert.deepEqual(state('terminated'), { isLast: true, reason: undefined })
})

test('eventOf() and subscriptionStateOf() never throw, whatever the text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      eventOf(notify('Event', text))
      subscriptionStateOf(notify('Subscription-State', text))
    }),
  )
})
