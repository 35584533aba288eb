import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { answerRequest, answerWebhook, commands, isEvent, type WebhookEvent } from './index.ts'
import { fakeSecret } from './fake-gateway.ts'

const timestamp = '2026-11-21T12:00:00.000Z'

function signed(type: string, data: object = {}) {
  const body = JSON.stringify({ type, timestamp, data })
  const now = new Date()
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(fakeSecret).sign('evt_1', now, body),
  }
  return { body, headers }
}

const options = {
  secrets: fakeSecret,
  on: {
    'call.incoming': ({ data }: { data: { to: string } }) => [commands.answer(), commands.dial(data.to)],
    'call.gathered': async () => commands.hangup(),
    'call.ended': () => {},
  },
} as const

test('answerWebhook() answers with what the handler of the event says', async () => {
  const { body, headers } = signed('call.incoming', { to: '+12025550187' })
  const reply = await answerWebhook(body, headers, options)
  assert.equal(reply.status, 200)
  assert.deepEqual(JSON.parse(reply.body ?? ''), {
    actions: [{ type: 'answer' }, { type: 'dial', to: '+12025550187' }],
  })
  const gathered = signed('call.gathered')
  assert.deepEqual(await answerWebhook(gathered.body, gathered.headers, options), {
    status: 200,
    body: '{"actions":[{"type":"hangup"}]}',
  })
})

test('answerWebhook() takes note of what nobody handles, and gives it to `other`', async () => {
  const others: WebhookEvent[] = []
  for (const type of ['call.ended', 'toString', 'something.new']) {
    const { body, headers } = signed(type)
    const other = (event: WebhookEvent) => void others.push(event)
    assert.deepEqual(await answerWebhook(body, headers, { ...options, other }), { status: 204 })
  }
  assert.deepEqual(
    others.map(({ type }) => type),
    ['toString', 'something.new'],
  )
})

test('answerWebhook() replies 401 to whoever is not the gateway, and asks no handler', async () => {
  const { headers } = signed('call.incoming')
  const other = () => assert.fail('asked')
  assert.deepEqual(await answerWebhook('{}', headers, { secrets: fakeSecret, on: {}, other }), {
    status: 401,
  })
})

test('answerRequest() speaks fetch', async () => {
  const { body, headers } = signed('call.gathered')
  const response = await answerRequest(
    new Request('https://app.example/voxkeep', { method: 'POST', body, headers }),
    options,
  )
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.deepEqual(await response.json(), { actions: [{ type: 'hangup' }] })
})

test('answerRequest() reads no more of a stranger’s body than a gateway could have sent', async () => {
  let given = 0
  const endless = new ReadableStream({
    pull(controller) {
      given += 1
      controller.enqueue(new Uint8Array(65_536))
    },
  })
  const request = new Request('https://app.example/', { method: 'POST', body: endless, duplex: 'half' })
  assert.equal((await answerRequest(request, options)).status, 413)
  assert.ok(given < 10)
})

test('isEvent() tells events apart by their type', () => {
  const event = {
    type: 'call.ended',
    timestamp,
    data: { call_id: 'call_1', reason: 'hangup' },
  } as WebhookEvent
  assert.equal(isEvent(event, 'call.incoming'), false)
  assert.ok(isEvent(event, 'call.ended'))
  assert.equal(event.data.reason, 'hangup')
})
