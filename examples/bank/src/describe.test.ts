import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands, type WebhookEvent } from '@voxkeep/sdk'
import { describe } from './describe.ts'

const event = (type: string, data: object) => ({ type, timestamp: '', data }) as WebhookEvent

test('describe() says what happened and what is done, and nothing of what was keyed in', () => {
  assert.equal(
    describe(event('call.gathered', { from: '+12025550143', digits: '481516' }), [commands.hangup()]),
    'call.gathered → hangup',
  )
  const progress = { field: 'card_number', step: 'keys', keys: 4, masked: '****' }
  assert.equal(
    describe(event('call.collect.progress', progress), undefined),
    'call.collect.progress card_number keys',
  )
  const tool = { id: 't', name: 'balance', arguments: { account: '7731902' } }
  assert.equal(describe(event('call.tool', { tool }), undefined), 'call.tool balance')
})
