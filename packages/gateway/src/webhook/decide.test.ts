import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { Webhook } from 'standardwebhooks'
import { fakeClock } from '#kernel'
import { decide } from './decide.ts'
import type { Delivery } from './event.ts'
import {
  fakeEvent,
  fakeSecret,
  fakeWebhookApp,
  loopbackDeps,
  startFakeApp,
  testPki,
  type Answer,
} from './fake-app-server.ts'
import type { WebhookApp } from './webhook-app.ts'

const pki = await testPki
const hangUp: Answer = (_, request) => request.socket.destroy()

async function ask(answer: Answer, more: Partial<WebhookApp> = {}) {
  await using server = await startFakeApp(pki, answer)
  using deps = loopbackDeps()
  const deliveries: Delivery[] = []
  const app = fakeWebhookApp(pki, server.url, more)
  const question = { app, event: fakeEvent, onDelivery: (delivery: Delivery) => deliveries.push(delivery) }
  const decided = await decide(deps, question)
  return { decided, deliveries, requests: server.requests, url: server.url }
}

test('decide() sends what the standardwebhooks library accepts, and gives the answer’s JSON', async () => {
  const { decided, deliveries, requests, url } = await ask((response) => response.end('{"actions":[]}'))
  assert.deepEqual(decided, { ok: true, answer: { actions: [] }, url, attempt: 1 })
  const [request] = requests
  const payload = new Webhook(fakeSecret).verify(
    request?.body ?? '',
    request?.headers as Record<string, string>,
  )
  assert.deepEqual(Object.keys(payload as object), ['type', 'timestamp', 'data'])
  assert.equal((payload as { type: string }).type, 'call.incoming')
  assert.deepEqual((payload as { data: object }).data, fakeEvent.data)
  assert.equal(request?.headers['webhook-id'], fakeEvent.id)
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(deliveries.length, 1)
  assert.deepEqual(
    { status: deliveries[0]?.status, error: deliveries[0]?.error },
    { status: 200, error: undefined },
  )
})

for (const status of [300, 301, 302, 307, 308, 400, 401, 403, 404, 410, 429, 500, 502, 503, 504]) {
  test(`decide() takes ${status} for a failure, asks once, and follows no redirect`, async () => {
    const { decided, deliveries, requests, url } = await ask((response) =>
      response.writeHead(status, { location: '/elsewhere' }).end('{"actions":[]}'),
    )
    assert.deepEqual(decided, { ok: false, why: 'status', status, url, attempt: 1 })
    assert.equal(requests.length, 1)
    assert.equal(deliveries[0]?.error, 'status')
  })
}

const badBodies: Record<'not-json' | 'too-long' | 'body', Record<string, Answer>> = {
  'not-json': {
    'an empty body': (response) => response.end(),
    'broken JSON': (response) => response.end('{"actions":[}'),
    'a body that is not UTF-8': (response) => response.end(Buffer.from([0x22, 0xff, 0x22])),
    'a compressed body': (response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(Buffer.from('1f8b08', 'hex')),
  },
  'too-long': {
    'a body of more than 64 KiB': (response) => response.end(`"${'x'.repeat(64 * 1_024)}"`),
    'a body without end': (response) => {
      const fill = () => {
        while (response.writable && response.write('x'.repeat(65_536)));
      }
      response.on('drain', fill)
      fill()
    },
  },
  body: {
    'JSON cut off inside its length': (response) =>
      response.writeHead(200, { 'content-length': 100, connection: 'close' }).end('{"a":1}'),
    'a connection that closes before the answer': hangUp,
    'a connection that closes inside the answer': (response, request) => {
      response.writeHead(200, { 'content-length': 10 }).write('{"a"')
      request.socket.end()
    },
    'an answer that is not HTTP': (_, request) => (request.socket as TLSSocket).end('hello\r\n\r\n'),
  },
}
for (const [why, answers] of Object.entries(badBodies)) {
  for (const [name, answer] of Object.entries(answers)) {
    test(`decide() fails as ${why} on ${name}, without asking again`, async () => {
      const { decided, requests } = await ask(answer)
      assert.equal(!decided.ok && decided.why, why)
      assert.equal(requests.length, 1)
    })
  }
}

test('decide() gives up when the app’s time is over, however the app drips', async () => {
  const clock = fakeClock()
  const dripping = Promise.withResolvers<void>()
  await using server = await startFakeApp(pki, (response) => {
    response.write('{')
    dripping.resolve()
  })
  using deps = loopbackDeps(clock)
  const decided = decide(deps, {
    app: fakeWebhookApp(pki, server.url, { timeoutMs: 2_000 }),
    event: fakeEvent,
  })
  await dripping.promise
  clock.advance(2_000)
  assert.deepEqual(await decided, { ok: false, why: 'timeout', url: server.url, attempt: 1 })
  assert.equal(server.requests.length, 1)
  assert.equal(clock.timers, 0)
})

test('decide() asks once more, at once, when no connection came about', async () => {
  const deliveries: Delivery[] = []
  let connections = 0
  await using server = createServer((socket) => {
    connections += 1
    socket.resetAndDestroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`
  using deps = loopbackDeps()
  const onDelivery = (delivery: Delivery) => deliveries.push(delivery)
  const decided = await decide(deps, { app: fakeWebhookApp(pki, url), event: fakeEvent, onDelivery })
  assert.deepEqual(decided, { ok: false, why: 'connect', url, attempt: 2 })
  assert.equal(connections, 2)
  assert.deepEqual(
    deliveries.map(({ attempt, error, status }) => ({ attempt, error, status })),
    [
      { attempt: 1, error: 'connect', status: undefined },
      { attempt: 2, error: 'connect', status: undefined },
    ],
  )
})

test('decide() asks again over a new connection when the app closed the kept one', async () => {
  await using server = await startFakeApp(pki, (response, request) => {
    if (server.requests.length === 2) request.socket.destroy()
    else response.end('{}')
  })
  using deps = loopbackDeps()
  const app = fakeWebhookApp(pki, server.url)
  assert.equal((await decide(deps, { app, event: fakeEvent })).ok, true)
  const second = await decide(deps, { app, event: fakeEvent })
  assert.equal(second.ok && second.attempt, 2)
  const ids = server.requests.map(({ headers }) => headers['webhook-id'])
  assert.deepEqual(ids, [fakeEvent.id, fakeEvent.id, fakeEvent.id])
})

test('decide() asks again over a new connection when all kept ones are stale', async () => {
  const used = new WeakSet<object>()
  const both = Promise.withResolvers<void>()
  await using server = await startFakeApp(pki, (response, { socket }) => {
    if (used.has(socket)) return void socket.destroy()
    used.add(socket)
    if (server.requests.length === 2) both.resolve()
    void both.promise.then(() => response.end('{}'))
  })
  using deps = loopbackDeps()
  const question = { app: fakeWebhookApp(pki, server.url), event: fakeEvent }
  await Promise.all([decide(deps, question), decide(deps, question)])
  assert.equal(server.connections, 2)
  const third = await decide(deps, question)
  assert.equal(third.ok && third.attempt, 2)
  assert.equal(server.connections, 3)
})

const failures: Record<string, Answer> = {
  'answers 500': (response) => response.writeHead(500).end(),
  'hangs up': hangUp,
  'talks nonsense': (response) => response.end('nonsense'),
}
for (const [name, answer] of Object.entries(failures)) {
  test(`decide() asks fallbackUrl when url ${name}, with the same id and body`, async () => {
    await using fallback = await startFakeApp(pki, (response) =>
      response.end('{"actions":[{"type":"hangup"}]}'),
    )
    const { decided, deliveries, requests } = await ask(answer, { fallbackUrl: fallback.url })
    assert.deepEqual(decided, {
      ok: true,
      answer: { actions: [{ type: 'hangup' }] },
      url: fallback.url,
      attempt: 2,
    })
    assert.equal(fallback.requests[0]?.body, requests[0]?.body)
    assert.equal(fallback.requests[0]?.headers['webhook-id'], requests[0]?.headers['webhook-id'])
    assert.deepEqual(
      deliveries.map(({ url }) => url),
      [requests.length === 1 ? deliveries[0]?.url : '', fallback.url],
    )
  })
}

test('decide() gives up on both URLs and tells of the last', async () => {
  await using fallback = await startFakeApp(pki, (response) => response.writeHead(503).end())
  const { decided } = await ask((response) => response.writeHead(500).end(), { fallbackUrl: fallback.url })
  assert.deepEqual(decided, { ok: false, why: 'status', status: 503, url: fallback.url, attempt: 2 })
})

test('decide() is blocked from a private address and asks nobody', async () => {
  await using server = await startFakeApp(pki, (response) => response.end('{}'))
  using deps = loopbackDeps()
  const url = `https://[::1]:${server.port}/`
  const decided = await decide(deps, { app: fakeWebhookApp(pki, url), event: fakeEvent })
  assert.deepEqual(decided, { ok: false, why: 'blocked', url, attempt: 1 })
  assert.equal(server.connections, 0)
})

test('decide() does not try fallbackUrl once the caller is gone', async () => {
  await using server = await startFakeApp(pki, () => stop.abort())
  await using fallback = await startFakeApp(pki, (response) => response.end('{}'))
  const stop = new AbortController()
  using deps = loopbackDeps()
  const app = fakeWebhookApp(pki, server.url, { fallbackUrl: fallback.url })
  const decided = await decide(deps, { app, event: fakeEvent }, stop.signal)
  assert.deepEqual(decided, { ok: false, why: 'aborted', url: server.url, attempt: 1 })
  assert.equal(fallback.connections, 0)
})

test('decide() rejects an event that receivers need not accept', async () => {
  using deps = loopbackDeps()
  const app = fakeWebhookApp(pki, 'https://localhost:1/')
  for (const event of [
    { ...fakeEvent, type: 'call incoming' },
    { ...fakeEvent, type: '' },
    { ...fakeEvent, data: { text: 'x'.repeat(65_536) } },
  ])
    await assert.rejects(decide(deps, { app, event }), { code: 'WEBHOOK_EVENT_INVALID' })
})
