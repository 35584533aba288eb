import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { createPki } from '@voxkeep/pki'
import { fakeClock, Secret, systemClock } from '#kernel'
import { egressGuard, type Lookup } from './egress-guard.ts'
import { loopbackDeps, startFakeApp, testPki } from './fake-app-server.ts'
import { httpsClient, type HttpsRequest } from './https-client.ts'

const pki = await testPki
const silent: Lookup = () => new Promise(() => {})
const ok = (response: { end(text: string): void }) => response.end('{}')
const listenersOf = (socket: Socket) =>
  socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0)
const get = (url: string, more: Partial<HttpsRequest> = {}): HttpsRequest => ({
  method: 'GET',
  url,
  headers: {},
  tls: { ca: pki.caPem },
  timeoutMs: 5_000,
  maxAnswerBytes: 1_024,
  ...more,
})

test('httpsClient() dials the approved address with the URL’s own name, port, path and query', async () => {
  await using app = await startFakeApp(pki, ok, { names: ['app.example'] })
  using deps = loopbackDeps()
  const answer = await deps.client.exchange(get(`https://app.example:${app.port}/a%20b/?q=1&r=%2B#fragment`))
  assert.ok(answer.ok)
  assert.equal(answer.status, 200)
  assert.equal(app.requests[0]?.headers.host, `app.example:${app.port}`)
  assert.equal(app.requests[0]?.path, '/a%20b/?q=1&r=%2B')
})

test('httpsClient() keeps a connection and uses it again', async () => {
  await using app = await startFakeApp(pki, ok)
  using deps = loopbackDeps()
  for (let round = 0; round < 3; round++) assert.ok((await deps.client.exchange(get(app.url))).ok)
  assert.equal(app.requests.length, 3)
  assert.equal(app.connections, 1)
})

test('httpsClient() leaves nothing on a connection that it keeps', async () => {
  const listeners: number[] = []
  await using app = await startFakeApp(pki, ok)
  using deps = loopbackDeps()
  const seen = (message: unknown) => {
    const { socket } = (message as { request: import('node:http').ClientRequest }).request
    if (socket) listeners.push(listenersOf(socket))
  }
  subscribe('http.client.response.finish', seen)
  for (let round = 0; round < 5; round++) await deps.client.exchange(get(app.url))
  unsubscribe('http.client.response.finish', seen)
  assert.equal(listeners.length, 5)
  assert.equal(listeners[4], listeners[2])
})

test('httpsClient() asks the guard each time: a name that turns private is not reached, kept connection or not', async () => {
  await using app = await startFakeApp(pki, ok)
  const answers = ['127.0.0.1', '10.0.0.1']
  const lookup: Lookup = async () => [{ address: answers.shift() ?? '10.0.0.1', family: 4 }]
  using client = httpsClient({
    guard: egressGuard({ allowPrivate: ['127.0.0.1'], lookup }),
    clock: systemClock,
  })
  assert.equal((await client.exchange(get(app.url))).ok, true)
  const second = await client.exchange(get(app.url))
  assert.deepEqual(second, { ok: false, why: 'blocked', code: 'EGRESS_ADDRESS_REFUSED' })
  assert.equal(app.requests.length, 1)
})

test('httpsClient() resolves once: a rebinding name server cannot move the connection', async () => {
  await using app = await startFakeApp(pki, ok)
  let looks = 0
  const lookup: Lookup = async () => [{ address: looks++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
  using client = httpsClient({
    guard: egressGuard({ allowPrivate: ['127.0.0.1'], lookup }),
    clock: systemClock,
  })
  assert.equal((await client.exchange(get(app.url))).ok, true)
  assert.equal(looks, 1)
})

test('httpsClient() refuses a certificate of another authority, another name, or one that has expired', async () => {
  const other = await createPki()
  await using stranger = await startFakeApp(other, ok)
  await using misnamed = await startFakeApp(pki, ok, { names: ['other.example'] })
  const expired = await pki.issue(['localhost'], { days: -1 })
  await using late = await startFakeApp(pki, ok, { cert: expired.certPem, key: expired.keyPem })
  using deps = loopbackDeps()
  for (const app of [stranger, misnamed, late]) {
    const answer = await deps.client.exchange(get(app.url))
    assert.equal(!answer.ok && answer.why, 'tls')
    assert.equal(app.requests.length, 0)
  }
})

test('httpsClient() checks the address when the URL has one instead of a name', async () => {
  await using named = await startFakeApp(pki, ok, { names: ['localhost'] })
  await using addressed = await startFakeApp(pki, ok, { names: ['127.0.0.1'] })
  using deps = loopbackDeps()
  assert.equal((await deps.client.exchange(get(`https://127.0.0.1:${addressed.port}/`))).ok, true)
  const refused = await deps.client.exchange(get(`https://127.0.0.1:${named.port}/`))
  assert.equal(!refused.ok && refused.why, 'tls')
})

test('httpsClient() does not speak TLS 1.1', async () => {
  await using app = await startFakeApp(pki, ok, {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  using deps = loopbackDeps()
  const answer = await deps.client.exchange(get(app.url))
  assert.equal(!answer.ok && answer.why, 'tls')
})

test('httpsClient() proves itself with the client certificate', async () => {
  const client = await pki.issue(['gateway.example'], { client: true })
  const names: (string | undefined)[] = []
  await using app = await startFakeApp(
    pki,
    (response, request) => {
      names.push((request.socket as TLSSocket).getPeerCertificate().subjectaltname)
      response.end()
    },
    { requestCert: true, rejectUnauthorized: true, ca: pki.caPem },
  )
  using deps = loopbackDeps()
  const tls = { ca: pki.caPem, cert: client.certPem, key: new Secret(client.keyPem) }
  assert.equal((await deps.client.exchange(get(app.url, { tls }))).ok, true)
  assert.deepEqual(names, ['DNS:gateway.example'])
  const without = await deps.client.exchange(get(app.url))
  assert.equal(without.ok, false)
  assert.equal(app.requests.length, 1)
})

test('httpsClient() says tls when its own certificate is none', async () => {
  await using app = await startFakeApp(pki, ok)
  using deps = loopbackDeps()
  const tls = { ca: pki.caPem, cert: 'no PEM', key: new Secret('no PEM') }
  assert.deepEqual(await deps.client.exchange(get(app.url, { tls })), { ok: false, why: 'tls' })
})

test('httpsClient() gives answers up to the limit and not a byte more', async () => {
  await using app = await startFakeApp(pki, (response, request) =>
    response.end('x'.repeat(Number(request.url?.slice(1)))),
  )
  using deps = loopbackDeps()
  const fits = await deps.client.exchange(get(`https://localhost:${app.port}/1024`))
  assert.equal(fits.ok && fits.body.length, 1_024)
  for (const bytes of [1_025, 5_000_000]) {
    const answer = await deps.client.exchange(get(`https://localhost:${app.port}/${bytes}`))
    assert.deepEqual(answer, { ok: false, why: 'too-long' })
  }
})

test('httpsClient() stops at once when it is aborted, before and while it waits', async () => {
  const arrived = Promise.withResolvers<void>()
  await using app = await startFakeApp(pki, () => arrived.resolve())
  using deps = loopbackDeps()
  assert.deepEqual(await deps.client.exchange(get(app.url), AbortSignal.abort()), {
    ok: false,
    why: 'aborted',
  })
  assert.equal(app.requests.length, 0)
  const stop = new AbortController()
  const answer = deps.client.exchange(get(app.url), stop.signal)
  await arrived.promise
  stop.abort()
  assert.deepEqual(await answer, { ok: false, why: 'aborted' })
})

test('httpsClient() times out a name server that never answers, and leaves no timer behind', async () => {
  const clock = fakeClock()
  using client = httpsClient({ guard: egressGuard({ allowPrivate: [], lookup: silent }), clock })
  const answer = client.exchange(get('https://app.example/', { timeoutMs: 1_000 }))
  clock.advance(1_000)
  assert.deepEqual(await answer, { ok: false, why: 'timeout' })
  assert.equal(clock.timers, 0)
})

test('httpsClient() times out a server that accepts TCP and then says nothing', async () => {
  await using server = createServer(() => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clock = fakeClock()
  using deps = loopbackDeps(clock)
  const connected = once(server, 'connection')
  const answer = deps.client.exchange(get(`https://localhost:${port}/`, { timeoutMs: 1_000 }))
  const [socket] = (await connected) as [Socket]
  const closed = once(socket.resume(), 'close')
  clock.advance(1_000)
  assert.deepEqual(await answer, { ok: false, why: 'timeout' })
  await closed
})

test('httpsClient() says connect when nobody listens or the peer hangs up in the handshake', async () => {
  await using server = createServer((socket) => socket.resetAndDestroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  using deps = loopbackDeps()
  const hungUp = await deps.client.exchange(get(`https://localhost:${port}/`))
  assert.equal(!hungUp.ok && hungUp.why, 'connect')
  server.close()
  await once(server, 'close')
  const refused = await deps.client.exchange(get(`https://localhost:${port}/`))
  assert.deepEqual(refused, { ok: false, why: 'connect', code: 'ECONNREFUSED' })
})

test('httpsClient() says tls to a server that speaks plaintext', async () => {
  await using server = createServer((socket) =>
    socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  using deps = loopbackDeps()
  const answer = await deps.client.exchange(get(`https://localhost:${port}/`))
  assert.equal(!answer.ok && answer.why, 'tls')
})
