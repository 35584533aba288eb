import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { fakeClock, Secret, silentLog, systemClock, type AppId, type EventId, type FakeClock } from '#kernel'
import {
  fakeEvent,
  fakeSecret,
  fakeWebhookApp,
  loopbackDeps,
  startFakeApp,
  testPki,
} from './fake-app-server.ts'
import type { HttpsAnswer } from './https-client.ts'
import { memoryOutboxStore } from './memory-outbox-store.ts'
import type { OutboxStore } from './outbox-store.ts'
import { startOutbox, type OutboxDeps } from './outbox.ts'
import { postSigned, type SignedPost } from './post-signed.ts'
import { signTwilio } from './sign-twilio.ts'

const pki = await testPki
const appId = 'app' as AppId
const hours = 3_600_000
const answered = (status: number, headers: Record<string, string> = {}): HttpsAnswer => ({
  ok: true,
  status,
  headers,
  body: new Uint8Array(),
})
const event = (index: number) => ({ ...fakeEvent, id: `evt_${index}` as EventId, type: 'call.ended' })

/** An outbox on a clock that stands still, whose posts `answer` decides. `sent` notes when each went out. */
function setup(
  answer: (post: SignedPost, signal: AbortSignal) => HttpsAnswer | Promise<HttpsAnswer>,
  clock = fakeClock(),
) {
  const store = memoryOutboxStore()
  const startMs = clock.now()
  const sent: { id: string; atMs: number; url: string }[] = []
  const exchanged: { method: string; url: string; headers: object; body: string }[] = []
  const deps: OutboxDeps = {
    store,
    clock,
    random: { bytes: (count) => new Uint8Array(count).fill(128) }, // almost no jitter
    log: silentLog,
    apps: new Map(
      ['app', 'other'].map((id) => [
        id as AppId,
        fakeWebhookApp(pki, `https://${id}.example/`, { eventsUrl: `https://${id}.example/events` }),
      ]),
    ),
    post: async (post, signal) => {
      sent.push({ id: post.id, url: post.url, atMs: clock.now() - startMs })
      return answer(post, signal)
    },
    exchange: async ({ method, url, headers, body }) => {
      exchanged.push({ method, url, headers, body: new TextDecoder().decode(body) })
      return answered(200)
    },
  }
  return { exchanged, deps, store, sent, clock, start: () => startOutbox(deps) }
}

/** Lets the clock run in steps, so that what a timer starts can end before the next. */
async function pass(clock: FakeClock, outbox: { idle(): Promise<void> }, ms: number, stepMs = 60_000) {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await outbox.idle()
    clock.advance(Math.min(stepMs, ms - passed))
  }
  await outbox.idle()
}

test('outbox delivers at once to eventsUrl, and logs the delivery', async () => {
  const { start, store, sent } = setup(() => answered(204))
  await using outbox = start()
  await outbox.enqueue(event(1), appId)
  await outbox.idle()
  assert.deepEqual(sent, [{ id: 'evt_1', url: 'https://app.example/events', atMs: 0 }])
  assert.equal(store.rows.get('evt_1' as EventId)?.state, 'delivered')
  assert.deepEqual(
    store.deliveries.map(({ attempt, status, error }) => ({ attempt, status, error })),
    [{ attempt: 1, status: 204, error: undefined }],
  )
})

test('outbox tells an event where it is to go, which gives the app up for nobody else', async () => {
  const { start, store, sent } = setup(() => answered(410))
  const to = { url: 'https://app.example/told?of=1', method: 'POST' } as const
  await using outbox = start()
  await outbox.enqueue({ ...event(1), to }, appId)
  await outbox.idle()
  await outbox.enqueue(event(2), appId)
  await outbox.idle()
  assert.deepEqual(
    sent.map(({ url }) => url),
    [to.url, 'https://app.example/events'],
  )
  assert.equal(store.deliveries[0]?.url, 'https://app.example/told')
})

test('outbox sends what somebody else made as it is, with its signature added', async () => {
  const { start, exchanged, store } = setup(() => answered(200))
  const headers = { 'content-type': 'text/plain' }
  const request = { method: 'POST', url: 'https://app.example/back', headers, body: 'a=b' } as const
  await using outbox = start()
  await outbox.send({ id: 'evt_9' as EventId, type: 'call.ended' }, request, appId)
  await outbox.idle()
  assert.partialDeepStrictEqual(exchanged, [{ ...request, headers: { ...headers, 'webhook-id': 'evt_9' } }])
  assert.equal(store.rows.get('evt_9' as EventId)?.state, 'delivered')
})

test('outbox signs what somebody else made anew at each attempt, by the token of the moment', async () => {
  const { deps, clock } = setup(() => answered(200))
  const tokens = [new Secret('a'.repeat(32)), new Secret('b'.repeat(32))]
  const signatures: unknown[] = []
  const app = {
    ...fakeWebhookApp(pki, 'https://app.example/'),
    get twilioTokens() {
      return [tokens[signatures.length] ?? new Secret('')]
    },
  }
  await using outbox = startOutbox({
    ...deps,
    apps: new Map([[appId, app]]),
    exchange: async ({ headers }) => {
      signatures.push(headers['x-twilio-signature'])
      return answered(signatures.length === 1 ? 500 : 200)
    },
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const request = { method: 'POST', url: 'https://app.example/back', headers, body: 'a=b' } as const
  await outbox.send({ id: 'evt_9' as EventId, type: 'call.ended' }, request, appId)
  await pass(clock, outbox, 10_000, 1_000)
  assert.deepEqual(
    signatures,
    tokens.map((token) => signTwilio(token, request.url, { a: 'b' })),
  )
})

test('outbox tries ten times over three days, then gives the event up', async () => {
  const { start, store, sent, clock } = setup(() => answered(500))
  await using outbox = start()
  await outbox.enqueue(event(1), appId)
  await pass(clock, outbox, 10 * 60_000, 1_000)
  await pass(clock, outbox, 100 * hours)
  const steps = sent.map(({ atMs }, index) => atMs - (sent[index - 1]?.atMs ?? 0))
  const expected = [
    0,
    5_000,
    5 * 60_000,
    30 * 60_000,
    2 * hours,
    5 * hours,
    10 * hours,
    14 * hours,
    20 * hours,
    24 * hours,
  ]
  assert.equal(steps.length, 10)
  steps.forEach((step, index) => {
    const expectedMs = expected[index] ?? assert.fail()
    const resolutionMs = index < 3 ? 2_000 : 120_000 // of the steps that the clock is moved in
    assert.ok(Math.abs(step - expectedMs) <= 0.01 * expectedMs + resolutionMs, `step ${index}: ${step}`)
  })
  const row = store.rows.get('evt_1' as EventId)
  assert.deepEqual(
    { state: row?.state, attempt: row?.attempt, status: row?.last_status },
    { state: 'dead', attempt: 10, status: 500 },
  )
  assert.equal(store.deliveries.length, 10)
})

test('outbox sends the same id and body each time, signed anew with the time of the attempt', async () => {
  let calls = 0
  await using app = await startFakeApp(pki, (response) => response.writeHead(calls++ === 0 ? 503 : 200).end())
  using deps = loopbackDeps(systemClock)
  const clock = fakeClock(Date.now())
  const target = fakeWebhookApp(pki, app.url)
  const { deps: base } = setup(() => answered(500), clock)
  const post = (signed: SignedPost, signal: AbortSignal) =>
    postSigned({ client: deps.client, clock }, signed, signal)
  await using outbox = startOutbox({ ...base, apps: new Map([[appId, target]]), post })
  await outbox.enqueue(event(1), appId)
  await outbox.idle()
  clock.advance(5_100)
  await outbox.idle()
  assert.equal(app.requests.length, 2)
  const [first, second] = app.requests
  assert.equal(first?.body, second?.body)
  assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id'])
  assert.notEqual(first?.headers['webhook-timestamp'], second?.headers['webhook-timestamp'])
  for (const request of app.requests)
    new Webhook(fakeSecret).verify(request.body, request.headers as Record<string, string>)
})

test('outbox goes on after a restart where it was', async () => {
  const first = setup(() => answered(500))
  {
    await using outbox = first.start()
    await outbox.enqueue(event(1), appId)
    await outbox.idle()
  }
  assert.equal(first.clock.timers, 0)
  first.clock.advance(10 * hours)
  await using outbox = startOutbox({ ...first.deps, post: async () => answered(200) })
  await outbox.idle()
  const row = first.store.rows.get('evt_1' as EventId)
  assert.deepEqual({ state: row?.state, attempt: row?.attempt }, { state: 'delivered', attempt: 2 })
})

test('outbox leaves what it was sending when it stopped, as it was, for the next start', async () => {
  const { start, deps, store } = setup(
    (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ ok: false, why: 'aborted' }))
      }),
  )
  {
    await using outbox = start()
    await outbox.enqueue(event(1), appId)
  }
  assert.deepEqual(
    { ...store.rows.get('evt_1' as EventId), body: '' },
    {
      id: 'evt_1',
      app: 'app',
      call_id: null,
      type: 'call.ended',
      body: '',
      created_at: new Date(deps.clock.now()),
      attempt: 0,
      next_at: new Date(deps.clock.now()),
      state: 'pending',
      last_status: null,
      last_error: null,
    },
  )
  await using again = startOutbox({ ...deps, post: async () => answered(200) })
  await again.idle()
  assert.equal(store.rows.get('evt_1' as EventId)?.state, 'delivered')
})

test('outbox does not accept an event that its store did not keep', async () => {
  const { deps, sent } = setup(() => answered(200))
  const store: OutboxStore = { ...deps.store, insert: async () => Promise.reject(new Error('disk full')) }
  await using outbox = startOutbox({ ...deps, store })
  await assert.rejects(outbox.enqueue(event(1), appId), /disk full/)
  await outbox.idle()
  assert.deepEqual(sent, [])
})

test('outbox accepts before it delivers: a hanging app holds up nobody', async () => {
  const hung = Promise.withResolvers<HttpsAnswer>()
  const { start } = setup(() => hung.promise)
  await using outbox = start()
  assert.equal(await outbox.enqueue(event(1), appId), 'evt_1')
  hung.resolve(answered(200))
})

for (const [header, expectedMs] of [
  ['120', 120_000],
  ['1', 5_000], // never earlier than the schedule
  ['9999999', 24 * hours], // never more than a day
  ['nonsense', 5_000],
] as const) {
  test(`outbox honours Retry-After: ${header}`, async () => {
    const { start, store, clock } = setup(() => answered(429, { 'retry-after': header }))
    await using outbox = start()
    await outbox.enqueue(event(1), appId)
    await outbox.idle()
    const waitMs = (store.rows.get('evt_1' as EventId)?.next_at.getTime() ?? 0) - clock.now()
    assert.ok(Math.abs(waitMs - expectedMs) <= 0.01 * expectedMs, String(waitMs))
  })
}

test('outbox honours Retry-After as a date', async () => {
  const clock = fakeClock(Date.UTC(2026, 10, 21, 12))
  const header = 'Sat, 21 Nov 2026 12:10:00 GMT'
  const { start, sent } = setup(() => answered(503, { 'retry-after': header }), clock)
  await using outbox = start()
  await outbox.enqueue(event(1), appId)
  await pass(clock, outbox, 599_000, 1_000)
  assert.equal(sent.length, 1)
  await pass(clock, outbox, 1_000)
  assert.equal(sent.length, 2)
})

test('outbox sends nothing more to an app that answered 410, until a redelivery', async () => {
  let status = 410
  const { start, store, sent } = setup((post) => answered(post.url.includes('other') ? 200 : status))
  await using outbox = start()
  await outbox.enqueue(event(1), appId)
  await outbox.idle()
  await outbox.enqueue(event(2), appId)
  await outbox.enqueue(event(3), 'other' as AppId)
  await outbox.idle()
  assert.deepEqual(
    sent.map(({ id }) => id),
    ['evt_1', 'evt_3'],
  )
  assert.deepEqual(
    ['evt_1', 'evt_2', 'evt_3'].map((id) => store.rows.get(id as EventId)?.state),
    ['dead', 'dead', 'delivered'],
  )
  assert.equal(store.rows.get('evt_2' as EventId)?.last_error, 'gone')
  status = 200
  assert.equal(await outbox.redeliver('evt_2' as EventId), true)
  await outbox.idle()
  assert.equal(store.rows.get('evt_2' as EventId)?.state, 'delivered')
  assert.equal(await outbox.redeliver('evt_9' as EventId), false)
})

test('outbox gives up events of an app that is no longer configured', async () => {
  const { start, store, sent } = setup(() => answered(200))
  await using outbox = start()
  await outbox.enqueue(event(1), 'removed' as AppId)
  await outbox.idle()
  assert.equal(store.rows.get('evt_1' as EventId)?.last_error, 'app-unknown')
  assert.deepEqual(sent, [])
})

test('outbox lets an app that hangs hold up neither others nor more than its share of connections', async () => {
  const hung = Promise.withResolvers<HttpsAnswer>()
  const { start, sent, store } = setup((post) => (post.url.includes('other') ? answered(200) : hung.promise))
  await using outbox = start()
  for (let index = 0; index < 40; index++) await outbox.enqueue(event(index), appId)
  await outbox.enqueue(event(100), 'other' as AppId)
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  assert.equal(sent.filter(({ url }) => url.includes('app.')).length, 8)
  assert.equal(store.rows.get('evt_100' as EventId)?.state, 'delivered')
  hung.resolve(answered(200))
  await outbox.idle()
  assert.equal(sent.length, 41)
  assert.equal(
    [...store.rows.values()].every((row) => row.state === 'delivered'),
    true,
  )
})

test('outbox never sends one event twice at the same time', async () => {
  const underWay = new Set<string>()
  const { start, clock } = setup(async (post) => {
    assert.equal(underWay.has(post.id), false)
    underWay.add(post.id)
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    underWay.delete(post.id)
    return answered(500)
  })
  await using outbox = start()
  for (let index = 0; index < 50; index++) {
    await outbox.enqueue(event(index % 25 === 0 ? index : index + 1_000), appId)
    clock.advance(300)
  }
  await pass(clock, outbox, 10 * 60_000, 1_000)
})

test('outbox goes on when its store fails for a while, and does not hammer the app', async () => {
  const { deps, store, sent, clock } = setup(() => answered(200))
  let failing = true
  const flaky: OutboxStore = {
    ...store,
    settle: async (...change) => (failing ? Promise.reject(new Error('down')) : store.settle(...change)),
  }
  await using outbox = startOutbox({ ...deps, store: flaky })
  await outbox.enqueue(event(1), appId)
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  assert.equal(sent.length, 1)
  failing = false
  clock.advance(5_000)
  await outbox.idle()
  assert.equal(store.rows.get('evt_1' as EventId)?.state, 'delivered')
  assert.equal(sent.length, 2)
})

test('outbox looks again when its store could not be read', async () => {
  const { deps, store, sent, clock } = setup(() => answered(200))
  let failures = 2
  const flaky: OutboxStore = {
    ...store,
    due: async (...query) => (failures-- > 0 ? Promise.reject(new Error('down')) : store.due(...query)),
  }
  await using outbox = startOutbox({ ...deps, store: flaky })
  await outbox.enqueue(event(1), appId)
  await pass(clock, outbox, 15_000, 1_000)
  assert.equal(sent.length, 1)
})

test('outbox forgets delivered and dead events after thirty days, and no pending one', async () => {
  const { start, store, clock } = setup((post) => answered(post.id === 'evt_1' ? 200 : 500))
  await using outbox = start()
  await outbox.enqueue(event(1), appId)
  await outbox.idle()
  const pendingRow = { ...(store.rows.get('evt_1' as EventId) ?? assert.fail()), id: 'evt_p' as EventId }
  await pass(clock, outbox, 31 * 24 * hours, hours)
  assert.equal(store.rows.size, 0)
  store.rows.set('evt_p' as EventId, {
    ...pendingRow,
    state: 'pending',
    next_at: new Date(clock.now() + hours * 24),
  })
  await pass(clock, outbox, 2 * hours, hours)
  assert.equal(store.rows.size, 1)
})
