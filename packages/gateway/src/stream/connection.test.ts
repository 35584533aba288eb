import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { fakeClock, systemClock, type Clock } from '#kernel'
import { openStream } from './connection.ts'
import type { NegotiatedTls, StreamClosed, StreamConnection, StreamCounts, StreamTarget } from './contract.ts'
import { inbox, startTestApp, type AppSocket, type TestApp } from './test-app.ts'

const random = { bytes: nodeRandomBytes }
const start = {
  accountSid: `AC${'a'.repeat(32)}`,
  callSid: `CA${'b'.repeat(32)}`,
  streamSid: `MZ${'c'.repeat(32)}`,
  customParameters: {},
}

function target(app: TestApp, more: Partial<StreamTarget> = {}): StreamTarget {
  return {
    url: app.url(),
    address: '127.0.0.1',
    headers: {},
    tls: { ca: app.pki.caPem, spkiPins: [] },
    start,
    direction: 'both',
    connectTimeoutMs: 5_000,
    pingIntervalMs: 60_000,
    pongTimeoutMs: 60_000,
    maxBehindMs: 2_000,
    ...more,
  }
}

/** A sink that remembers, and accepts `room` bytes. */
function recorder(room = Infinity) {
  const opened = inbox<NegotiatedTls>()
  const closed = inbox<{ why: StreamClosed; counts: StreamCounts }>()
  const heard = inbox<string>()
  const audio: Uint8Array[] = []
  const warnings: string[] = []
  return {
    opened,
    closed,
    heard,
    audio,
    warnings,
    sink: {
      opened: (tls: NegotiatedTls) => opened.put(tls),
      audio(ulaw: Uint8Array) {
        audio.push(ulaw.slice())
        heard.put(`audio ${ulaw.length}`)
        return Math.min(room, ulaw.length)
      },
      mark(name: string) {
        heard.put(`mark ${name}`)
        return name !== 'refused'
      },
      clear: () => (heard.put('clear'), 0),
      said: (message: object) => (heard.put(`said ${JSON.stringify(message)}`), true),
      lost: () => heard.put('lost'),
      warning: (code: string) => void warnings.push(code),
      closed: (why: StreamClosed, counts: StreamCounts) => closed.put({ why, counts }),
    },
  }
}

async function connected(
  app: TestApp,
  more: Partial<StreamTarget> = {},
  o: { clock?: Clock; room?: number } = {},
) {
  const log = recorder(o.room)
  const stream: StreamConnection = openStream(target(app, more), {
    clock: o.clock ?? systemClock,
    random,
    sink: log.sink,
  })
  const socket: AppSocket = await app.accept()
  await log.opened.take()
  return { log, stream, socket }
}

test('B1, B2: openStream() sends connected, then start, and nothing between', async () => {
  await using app = await startTestApp()
  const { socket } = await connected(app)
  assert.deepEqual(await socket.next(), { event: 'connected', protocol: 'Call', version: '1.0.0' })
  assert.equal((await socket.next()).event, 'start')
})

test('A1, A7, A8, A12: openStream() dials the URL byte for byte, with no Origin, subprotocol or extension', async () => {
  await using app = await startTestApp()
  const path = '/a/../b//c%2f%7Ed/?x=%20y&z'
  const headers = { 'webhook-id': 'strm_1', 'x-twilio-signature': 'abc=' }
  const { socket } = await connected(app, { url: app.url(path), headers })
  assert.equal(socket.request.url, path)
  assert.equal(socket.request.headers.host, `app.test:${app.port}`)
  assert.equal(socket.request.headers['webhook-id'], 'strm_1')
  assert.equal(socket.request.headers['x-twilio-signature'], 'abc=')
  for (const absent of ['origin', 'sec-websocket-protocol', 'sec-websocket-extensions']) {
    assert.equal(socket.request.headers[absent], undefined)
  }
  assert.equal(socket.tcp.servername, 'app.test')
})

test('openStream() reports version, cipher and group of its TLS', async () => {
  await using app = await startTestApp()
  const log = recorder()
  openStream(target(app), { clock: systemClock, random, sink: log.sink })
  const tls = await log.opened.take()
  assert.equal(tls.version, 'TLSv1.3')
  assert.match(tls.cipher, /^TLS_/)
  assert.notEqual(tls.group, '')
})

test('C1, C2, C3: openStream() sends audio, digits and marks as one sequence of text messages', async () => {
  await using app = await startTestApp()
  const { socket, stream } = await connected(app)
  const frame = new Uint8Array(160).fill(0x7f)
  stream.sendAudio('inbound', frame, 0)
  stream.sendDtmf('5', 100)
  stream.sendAudio('inbound', frame, 20)
  stream.sendMark('m', 'played', 20)
  await socket.nextOf('start')
  const seen = [await socket.next(), await socket.next(), await socket.next(), await socket.next()]
  assert.deepEqual(
    seen.map(({ event, sequenceNumber }) => [event, sequenceNumber]),
    [
      ['media', '2'],
      ['dtmf', '3'],
      ['media', '4'],
      ['mark', '5'],
    ],
  )
  assert.equal(seen[0]?.media?.payload, Buffer.from(frame).toString('base64'))
})

test('D1, D7: openStream() hands on audio of any size, marks and clear, in order', async () => {
  await using app = await startTestApp()
  const { socket, log } = await connected(app)
  const media = (bytes: number) => ({
    event: 'media',
    streamSid: start.streamSid,
    media: { payload: Buffer.alloc(bytes, 1).toString('base64') },
  })
  for (const message of [
    media(1),
    { event: 'mark', mark: { name: 'a' } },
    media(700_000),
    { event: 'mark', mark: { name: 'a' } },
    { event: 'clear' },
    media(160),
  ]) {
    socket.send(message)
  }
  const heard = []
  for (let i = 0; i < 6; i += 1) heard.push(await log.heard.take())
  assert.deepEqual(heard, ['audio 1', 'mark a', 'audio 700000', 'mark a', 'clear', 'audio 160'])
})

test('D15, interop 37: openStream() ignores what it does not understand, warns and goes on', async () => {
  await using app = await startTestApp()
  const { socket, log, stream } = await connected(app)
  for (const text of [
    '{broken',
    '{"event":"nonsense"}',
    '{"event":"media","media":{"payload":"!!!"}}',
    '\ud800',
  ])
    socket.socket.send(text)
  socket.socket.send(Buffer.from([1, 2, 3]), { binary: true })
  socket.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
  socket.send({ event: 'clear' })
  assert.equal(await log.heard.take(), 'clear')
  assert.equal(log.warnings.filter((code) => code === 'app-message-ignored').length, 6)
  stream.close()
  assert.equal((await log.closed.take()).counts.messagesIgnored, 6)
})

test('D4, interop 37: openStream() plays a RIFF header as data and warns', async () => {
  await using app = await startTestApp()
  const { socket, log } = await connected(app)
  socket.send({ event: 'media', media: { payload: Buffer.from('RIFF1234WAVE').toString('base64') } })
  assert.equal(await log.heard.take(), 'audio 12')
  assert.deepEqual(log.warnings, ['app-audio-has-riff-header'])
})

test('D17, E5: openStream() of a fork ignores its input and sends no digits or marks', async () => {
  await using app = await startTestApp()
  const { socket, log, stream } = await connected(app, { direction: 'both_tracks' })
  socket.send({ event: 'media', media: { payload: 'AAAA' } })
  socket.send({ event: 'clear' })
  stream.sendDtmf('1', 100)
  stream.sendMark('m', 'played', 20)
  stream.sendAudio('outbound', new Uint8Array(160), 40)
  const startMessage = await socket.nextOf('start')
  assert.deepEqual(startMessage.start?.tracks, ['inbound', 'outbound'])
  const next = await socket.next()
  assert.deepEqual([next.media?.track, next.media?.timestamp], ['outbound', '40'])
  const answered = once(socket.socket, 'pong')
  socket.socket.ping()
  await answered
  assert.deepEqual(log.heard.items, [])
  assert.equal(log.warnings.length, 2)
})

test('D18: openStream() counts app audio that found no room', async () => {
  await using app = await startTestApp()
  const { socket, log, stream } = await connected(app, {}, { room: 100 })
  socket.send({ event: 'media', media: { payload: Buffer.alloc(160).toString('base64') } })
  await log.heard.take()
  stream.close()
  assert.equal((await log.closed.take()).counts.bytesRejected, 60)
  assert.deepEqual(log.warnings, ['app-buffer-full'])
})

test('F1, F2, F3: openStream() close() sends stop as the last message and closes with 1000', async () => {
  await using app = await startTestApp()
  const { socket, log, stream } = await connected(app)
  stream.close()
  stream.close()
  stream.sendAudio('inbound', new Uint8Array(160), 0)
  stream.sendMark('late', 'played', 0)
  assert.deepEqual(await socket.nextOf('stop'), {
    event: 'stop',
    sequenceNumber: '2',
    stop: { accountSid: start.accountSid, callSid: start.callSid },
    streamSid: start.streamSid,
  })
  assert.equal(await socket.closed(), 1000)
  assert.equal((await log.closed.take()).why, 'closed-by-gateway')
})

test('F4: openStream() tells that the app closed', async () => {
  await using app = await startTestApp()
  const { socket, log, stream } = await connected(app)
  socket.socket.close(1000)
  assert.equal((await log.closed.take()).why, 'closed-by-app')
  assert.equal(stream.open, false)
})

test('F5, interop 38: openStream() tells a broken connection from a closed one', async () => {
  await using app = await startTestApp()
  const { socket, log } = await connected(app)
  socket.tcp.destroy()
  assert.equal((await log.closed.take()).why, 'lost')
})

test('F5, interop 38: openStream() gives up an app that answers no ping', async () => {
  await using app = await startTestApp()
  const clock = fakeClock()
  const { socket, log } = await connected(app, { pingIntervalMs: 1_000, pongTimeoutMs: 500 }, { clock })
  socket.tcp.pause()
  clock.advance(1_500)
  assert.equal((await log.closed.take()).why, 'lost')
})

test('openStream() stays with an app that answers pings', async () => {
  await using app = await startTestApp()
  const clock = fakeClock()
  const { socket, log } = await connected(app, { pingIntervalMs: 1_000, pongTimeoutMs: 500 }, { clock })
  for (let i = 0; i < 3; i += 1) {
    const pinged = once(socket.socket, 'ping')
    clock.advance(500)
    if (i === 0) clock.advance(500)
    else clock.advance(500)
    await pinged
    socket.send({ event: 'clear' })
    await log.heard.take()
  }
  assert.deepEqual(log.closed.items, [])
})

test('interop 37: openStream() drops audio for an app that reads nothing, and recovers when it reads', async () => {
  await using app = await startTestApp()
  const { socket, log, stream } = await connected(app, { maxBehindMs: 400 })
  await socket.nextOf('start')
  socket.tcp.pause()
  const frame = new Uint8Array(160)
  let sent = 0
  // As much as the kernel takes, and more.
  while (!log.warnings.includes('app-slow') && sent < 400_000) {
    for (let i = 0; i < 100; i += 1) stream.sendAudio('inbound', frame, 20 * sent++)
    await new Promise(setImmediate)
  }
  assert.ok(log.warnings.includes('app-slow'))
  socket.tcp.resume()
  let last = -1
  while (last < sent - 1) {
    const message = await socket.nextOf('media')
    const at = Number(message.media?.timestamp) / 20
    assert.ok(at > last)
    last = at
  }
  stream.sendAudio('inbound', frame, 20 * sent)
  const { media } = await socket.nextOf('media')
  assert.equal(Number(media?.timestamp), 20 * sent)
  stream.close()
  const { counts } = await log.closed.take()
  assert.ok(counts.framesDropped > 0)
  assert.equal(counts.framesIn, sent + 1)
  assert.equal(Number(media?.chunk), counts.framesIn - counts.framesDropped, 'C3: chunks have no holes')
})

test('openStream() ends with an app that makes it write marks and reads nothing', async () => {
  await using app = await startTestApp()
  const { socket, log, stream } = await connected(app)
  socket.tcp.pause()
  const name = 'x'.repeat(4_000)
  for (let i = 0; i < 20_000 && stream.open; i += 1) {
    stream.sendMark(name, 'played', 0)
    if (i % 50 === 0) await new Promise(setImmediate)
  }
  assert.equal((await log.closed.take()).why, 'lost')
})

test('interop 37: openStream() ends with an app that sends a huge message', async () => {
  await using app = await startTestApp()
  const { socket, log } = await connected(app)
  socket.socket.send('x'.repeat(1_024 * 1_024 + 1))
  assert.equal((await log.closed.take()).why, 'protocol')
})

test('openStream() ends with an app that breaks the framing', async () => {
  await using app = await startTestApp()
  const { socket, log } = await connected(app)
  socket.tcp.write(Uint8Array.of(0xf7, 0xff, 0xff, 0xff))
  assert.equal((await log.closed.take()).why, 'protocol')
})

test('A10, A13: openStream() is refused by any answer but 101, and follows no redirect', async () => {
  for (const status of [200, 301, 403, 404, 500]) {
    await using app = await startTestApp({ refuse: status })
    const log = recorder()
    openStream(target(app), { clock: systemClock, random, sink: log.sink })
    assert.equal((await log.closed.take()).why, 'refused', String(status))
  }
})

test('A9: openStream() trusts no certificate of another authority', async () => {
  await using app = await startTestApp()
  const log = recorder()
  const other = await createPki()
  openStream(target(app, { tls: { ca: other.caPem, spkiPins: [] } }), {
    clock: systemClock,
    random,
    sink: log.sink,
  })
  assert.equal((await log.closed.take()).why, 'untrusted')
})

test('A9, interop 33: openStream() trusts no certificate of another name, whatever the address', async () => {
  await using app = await startTestApp({ names: ['other.test', '127.0.0.1'] })
  const log = recorder()
  openStream(target(app), { clock: systemClock, random, sink: log.sink })
  assert.equal((await log.closed.take()).why, 'untrusted')
})

test('openStream() accepts a pinned key and no other', async () => {
  const pki = await createPki()
  await using app = await startTestApp({ pki })
  const log = recorder()
  const wrong = Buffer.alloc(32).toString('base64')
  openStream(target(app, { tls: { ca: pki.caPem, spkiPins: [wrong] } }), {
    clock: systemClock,
    random,
    sink: log.sink,
  })
  assert.equal((await log.closed.take()).why, 'untrusted')
  const { socket } = await connected(app)
  const certificate = new X509Certificate(socket.tcp.getCertificate() === null ? '' : certificateOf(socket))
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  const pin = createHash('sha256').update(spki).digest('base64')
  await connected(app, { tls: { ca: pki.caPem, spkiPins: [wrong, pin] } })
})

function certificateOf(socket: AppSocket): Buffer {
  const certificate = socket.tcp.getCertificate()
  assert.ok(certificate !== null && 'raw' in certificate)
  return certificate.raw
}

test('openStream() speaks no TLS older than 1.2', async () => {
  await using app = await startTestApp({ tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } })
  const log = recorder()
  openStream(target(app), { clock: systemClock, random, sink: log.sink })
  assert.equal((await log.closed.take()).why, 'unreachable')
})

test('A11: openStream() gives up in time on an app that never answers', async () => {
  const silent = createServer((socket) => socket.resume().on('error', () => {})).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  await using app = await startTestApp()
  const log = recorder()
  openStream(target(app, { url: `wss://app.test:${port}/`, connectTimeoutMs: 150 }), {
    clock: systemClock,
    random,
    sink: log.sink,
  })
  assert.equal((await log.closed.take()).why, 'unreachable')
  silent.close()
})

test('openStream() is unreachable where nobody listens', async () => {
  await using app = await startTestApp()
  const log = recorder()
  openStream(target(app, { url: 'wss://app.test:1/' }), { clock: systemClock, random, sink: log.sink })
  assert.equal((await log.closed.take()).why, 'unreachable')
})

test('A3: openStream() dials nothing but wss', async () => {
  await using app = await startTestApp()
  for (const url of ['ws://app.test/', 'https://app.test/', 'nonsense', 'wss://user:pw@app.test/']) {
    const log = recorder()
    openStream(target(app, { url }), { clock: systemClock, random, sink: log.sink })
    assert.equal((await log.closed.take()).why, 'refused', url)
  }
})

test('openStream() close() while dialling ends as closed by the gateway', async () => {
  await using app = await startTestApp()
  const log = recorder()
  openStream(target(app), { clock: systemClock, random, sink: log.sink }).close()
  const { why, counts } = await log.closed.take()
  assert.equal(why, 'closed-by-gateway')
  assert.equal(counts.framesIn, 0)
})
