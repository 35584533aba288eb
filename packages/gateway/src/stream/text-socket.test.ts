import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { fakeClock, systemClock, type Clock } from '#kernel'
import { inbox, startTestApp, type TestApp } from './test-app.ts'
import { openTextSocket, type TextTarget } from './text-socket.ts'
import { tlsContexts } from './tls-contexts.ts'

function dial(app: TestApp, more: Partial<TextTarget> = {}, clock: Clock = systemClock) {
  const told = inbox<string>()
  const target: TextTarget = {
    url: app.url('/relay'),
    address: '127.0.0.1',
    headers: { 'webhook-signature': 'v1,abc' },
    tls: { ca: app.pki.caPem, spkiPins: [] },
    connectTimeoutMs: 5_000,
    pingIntervalMs: 60_000,
    pongTimeoutMs: 60_000,
    ...more,
  }
  const socket = openTextSocket(
    target,
    { clock, random: { bytes: nodeRandomBytes }, contexts: tlsContexts() },
    {
      opened: ({ version }) => told.put(`opened ${version}`),
      message: (text) => told.put(`message ${text}`),
      closed: (why) => told.put(`closed ${why}`),
    },
  )
  return { socket, told }
}

test('openTextSocket() carries text both ways, over TLS, with the headers that it was given', async () => {
  await using app = await startTestApp()
  const { socket, told } = dial(app)
  assert.equal(socket.send('too early'), false)
  const { socket: theirs, request } = await app.accept()
  assert.equal(await told.take(), 'opened TLSv1.3')
  assert.equal(request.headers['webhook-signature'], 'v1,abc')
  assert.equal(request.url, '/relay')
  const heard = new Promise((resolve) => theirs.once('message', (data: Buffer) => resolve(data.toString())))
  assert.equal(socket.send('{"type":"prompt","voicePrompt":"grüße"}'), true)
  assert.equal(await heard, '{"type":"prompt","voicePrompt":"grüße"}')
  theirs.send('{"type":"text"}')
  theirs.send(Buffer.of(1, 2))
  assert.equal(await told.take(), 'message {"type":"text"}')
  assert.equal(await told.take(), 'message undefined')
  socket.close()
  assert.equal(await told.take(), 'closed closed-by-gateway')
  assert.equal(socket.send('late'), false)
})

test('openTextSocket() says how a connection ended, or why there is none', async () => {
  await using app = await startTestApp()
  const closing = dial(app)
  ;(await app.accept()).socket.close(1_000)
  await closing.told.take()
  assert.equal(await closing.told.take(), 'closed closed-by-app')
  const breaking = dial(app)
  ;(await app.accept()).tcp.destroy()
  await breaking.told.take()
  assert.equal(await breaking.told.take(), 'closed lost')
  const untrusted = dial(app, { tls: { spkiPins: [] } })
  assert.equal(await untrusted.told.take(), 'closed untrusted')
  await using refusing = await startTestApp({ refuse: 403 })
  assert.equal(await dial(refusing).told.take(), 'closed refused')
  const given = dial(app)
  given.socket.close()
  assert.equal(await given.told.take(), 'closed closed-by-gateway')
})

test('openTextSocket() cuts off an app that reads nothing', async () => {
  await using app = await startTestApp()
  const { socket, told } = dial(app)
  const { tcp } = await app.accept()
  tcp.pause()
  await told.take()
  const message = 'x'.repeat(65_536)
  let isTaken = true
  for (let round = 0; round < 400 && isTaken; round++) isTaken = socket.send(message)
  assert.equal(isTaken, false)
  assert.equal(await told.take(), 'closed lost')
})

test('openTextSocket() reads nothing while it is held, and everything afterwards', async () => {
  await using app = await startTestApp()
  const clock = fakeClock()
  const { socket, told } = dial(app, {}, clock)
  const { socket: theirs } = await app.accept()
  assert.equal(await told.take(), 'opened TLSv1.3')
  theirs.send('one')
  assert.equal(await told.take(), 'message one')
  socket.hold(1_000)
  theirs.send('two')
  // Another connection has been opened and closed by then.
  const other = dial(app)
  ;(await app.accept()).socket.close(1_000)
  await other.told.take()
  await other.told.take()
  told.put('held until here')
  clock.advance(1_000)
  assert.equal(await told.take(), 'held until here')
  assert.equal(await told.take(), 'message two')
  socket.hold(1_000)
  socket.close()
  assert.equal(await told.take(), 'closed closed-by-gateway')
})
