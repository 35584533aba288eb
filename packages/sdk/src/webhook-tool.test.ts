import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { answerWebhook } from './answer-webhook.ts'
import { commands } from './commands.ts'
import { fakeSecret } from './fake-gateway.ts'
import { isEvent, type WebhookEvent } from './webhook-event.ts'
import { answerTool } from './webhook-tool.ts'

test('answerTool() makes the answer to a call.tool webhook, with actions or without', () => {
  assert.deepEqual(answerTool({ balance: '12.50' }), { result: { balance: '12.50' } })
  assert.deepEqual(answerTool('one moment', commands.transfer('+12125550199')), {
    result: 'one moment',
    actions: [{ type: 'transfer', to: '+12125550199' }],
  })
})

test('isEvent() tells a call.tool event by its type', () => {
  const event: WebhookEvent = {
    type: 'call.tool',
    timestamp: '2026-11-22T00:00:00.000Z',
    data: { agent: 'teller', tool: { id: 'c', name: 'balance', arguments: {} } },
  }
  assert.ok(isEvent(event, 'call.tool'))
  assert.equal(event.data.tool.name, 'balance')
})

test('commands.agent() connects an agent', () => {
  assert.deepEqual(commands.agent('teller', { options: { call_instructions: 'Ann' } }), {
    type: 'stream',
    agent: 'teller',
    options: { call_instructions: 'Ann' },
  })
})

test('answerWebhook() answers call.tool with what a handler made by answerTool()', async () => {
  const now = new Date()
  const data = { agent: 'teller', tool: { id: 'c', name: 'balance', arguments: { account: '1' } } }
  const body = JSON.stringify({ type: 'call.tool', timestamp: now.toISOString(), data })
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(fakeSecret).sign('evt_1', now, body),
  }
  const reply = await answerWebhook(body, headers, {
    secrets: fakeSecret,
    on: { 'call.tool': ({ data: { tool } }) => answerTool({ of: tool.arguments }, commands.hangup()) },
  })
  assert.deepEqual(reply, {
    status: 200,
    body: '{"result":{"of":{"account":"1"}},"actions":[{"type":"hangup"}]}',
  })
})
