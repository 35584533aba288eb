import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { fakeClock, systemClock, type Clock } from '#kernel'
import { openStream } from './connection.ts'
import type { StreamClosed, StreamConnection, StreamCounts, StreamTarget } from './contract.ts'
import { readFrame, writeFrame } from './media-frame.ts'
import { inbox, startTestApp, type AppSocket, type TestApp } from './test-app.ts'
import { testSetup, tone } from './test-wire.ts'

const { start } = testSetup()

interface Stream {
  readonly stream: StreamConnection
  readonly told: ReturnType<typeof inbox<string>>
  readonly closed: ReturnType<typeof inbox<{ why: StreamClosed; counts: StreamCounts }>>
}

function open(
  app: TestApp,
  options: Readonly<Record<string, unknown>> = {},
  clock: Clock = systemClock,
  direction: StreamTarget['direction'] = 'both',
): Stream {
  const [told, closed] = [inbox<string>(), inbox<{ why: StreamClosed; counts: StreamCounts }>()]
  const target: StreamTarget = {
    url: app.url(),
    address: '127.0.0.1',
    headers: {},
    tls: { ca: app.pki.caPem, spkiPins: [] },
    start,
    direction,
    wire: { name: 'voxkeep', about: { stream_id: 'strm_1', resume_id: 'secret' }, options },
    connectTimeoutMs: 5_000,
    pingIntervalMs: 60_000,
    pongTimeoutMs: 60_000,
    maxBehindMs: 2_000,
  }
  const stream = openStream(target, {
    clock,
    random: { bytes: nodeRandomBytes },
    sink: {
      opened: () => told.put('opened'),
      audio: (ulaw) => (told.put(`audio ${ulaw.length}`), ulaw.length),
      mark: (name) => (told.put(`mark ${name}`), true),
      clear: () => (told.put('clear'), 240),
      said: (message) => (
        told.put(`said ${JSON.stringify(message)}`),
        !JSON.stringify(message).includes('once too often')
      ),
      lost: () => told.put('lost'),
      warning: (code) => told.put(`warning ${code}`),
      closed: (why, counts) => closed.put({ why, counts }),
    },
  })
  return { stream, told, closed }
}

const way = { address: '127.0.0.1', headers: { 'webhook-id': 'again' } }
const frame = (seq: number, audio: Uint8Array) => writeFrame('inbound', seq, 0, audio)
type Message = { type: string; seq: number } & Record<string, unknown>
const next = async (socket: AppSocket): Promise<Message> => (await socket.next()) as unknown as Message

test('openStream() asks for the wire’s sub-protocol, and talks when the app chooses it', async () => {
  await using app = await startTestApp()
  const { stream, told } = open(app, { token: 'once' })
  const socket = await app.accept()
  assert.equal(socket.request.headers['sec-websocket-protocol'], 'voxkeep.media.v1')
  const begun = await next(socket)
  assert.deepEqual([begun.type, begun['token']], ['session.start', 'once'])
  assert.equal(await told.take(), 'opened')
  stream.sendAudio('inbound', tone(20), 40)
  const heard = readFrame(await socket.nextBinary())
  assert.deepEqual([heard?.seq, heard?.timestampMs, heard?.audio], [2, 40, tone(20)])
  socket.send(frame(1, tone(20)))
  socket.send({ type: 'mark', name: 'm' })
  assert.deepEqual([await told.take(), await told.take()], ['audio 160', 'mark m'])
  stream.close()
})

test('openStream() is refused by an app that chooses no sub-protocol, or another', async () => {
  for (const chooses of [false, 'chat'] as const) {
    await using app = await startTestApp({ chooses })
    assert.equal((await open(app).closed.take()).why, 'refused')
  }
})

test('openStream() tells what was cleared after the marks, and hands on commands', async () => {
  await using app = await startTestApp()
  const { stream, told } = open(app)
  const socket = await app.accept()
  await next(socket)
  socket.send({ type: 'clear', id: 'c' })
  socket.send({ type: 'command', id: 'x', commands: [{ type: 'hangup' }] })
  const cleared = await next(socket)
  assert.deepEqual([cleared.type, cleared['id'], cleared['dropped_ms']], ['cleared', 'c', 240])
  assert.deepEqual(
    [await told.take(), await told.take(), await told.take()],
    ['opened', 'clear', 'said {"id":"x","commands":[{"type":"hangup"}]}'],
  )
  stream.tell({ kind: 'message', message: { type: 'ack', id: 'x', status: 'accepted' } })
  assert.equal((await next(socket)).type, 'ack')
  socket.send({ type: 'command', id: 'once too often', commands: [{ type: 'hangup' }] })
  const { type, id, status, code } = await next(socket)
  assert.deepEqual([type, id, status, code], ['ack', 'once too often', 'refused', 'too-many'])
  stream.close()
})

test('openStream() passes on no commands of a fork, and says so', async () => {
  await using app = await startTestApp()
  const { stream, told } = open(app, {}, systemClock, 'inbound')
  const socket = await app.accept()
  await next(socket)
  socket.send({ type: 'command', id: 'x', commands: [{ type: 'hangup' }] })
  const { type, id, status, code } = await next(socket)
  assert.deepEqual([type, id, status, code], ['ack', 'x', 'refused', 'not-allowed'])
  assert.deepEqual(told.items, ['opened'])
  stream.close()
})

test('openStream() tells an app of its own wire what is odd about it, once a second', async () => {
  await using app = await startTestApp()
  const { stream } = open(app)
  const socket = await app.accept()
  await next(socket)
  for (let i = 0; i < 3; i += 1) socket.send({ type: 'sing' })
  socket.send({ type: 'clear', id: 'end' })
  const types: string[] = []
  while (types.at(-1) !== 'cleared') types.push((await next(socket)).type)
  assert.deepEqual(types, ['error', 'warning', 'error', 'error', 'cleared'])
  stream.close()
})

test('interop 37: openStream() tells a slow app exactly which audio it does not get', async () => {
  await using app = await startTestApp()
  const { stream, told } = open(app, { encoding: 'l16', rate: 24_000 })
  const socket = await app.accept()
  await next(socket)
  socket.tcp.pause()
  let sent = 0
  // As much as the kernel takes, and more than waits here.
  for (let round = 0; round < 400 && !told.items.includes('warning app-slow'); round += 1) {
    for (let i = 0; i < 20; i += 1) stream.sendAudio('inbound', tone(20), 20 * sent++)
    await new Promise(setImmediate)
  }
  assert.ok(told.items.includes('warning app-slow'))
  socket.tcp.resume()
  let at = 0
  let missing = 0
  while (at < 20 * sent) {
    const frame = readFrame(await socket.nextBinary())
    missing += (frame?.timestampMs ?? 0) - at
    at = (frame?.timestampMs ?? 0) + 20
  }
  let toldMs = 0
  while (toldMs < missing) {
    const { type, cause, from_ms, to_ms } = await next(socket)
    if (type !== 'gap') continue
    assert.equal(cause, 'app-slow')
    toldMs += Number(to_ms) - Number(from_ms)
  }
  assert.ok(missing > 0)
  assert.equal(toldMs, missing)
  stream.close()
})

describe('a connection that breaks', () => {
  test('F5: openStream() takes an app that answers no ping for lost, and goes on over another connection', async () => {
    const clock = fakeClock()
    await using app = await startTestApp()
    const { stream, told } = open(app, {}, clock)
    const first = await app.accept()
    await next(first)
    assert.equal(await told.take(), 'opened')
    first.tcp.pause()
    clock.advance(120_000)
    assert.equal(await told.take(), 'lost')
    stream.resume(way)
    const second = await app.accept()
    assert.equal((await next(second)).type, 'session.start')
    second.send({ type: 'resume', resume_id: 'secret', last_seq: 1 })
    second.send({ type: 'mark', name: 'm' })
    assert.deepEqual([await told.take(), await told.take()], ['opened', 'mark m'])
    clock.advance(10_000) // the window does not count once the app is back
    second.send({ type: 'mark', name: 'n' })
    assert.equal(await told.take(), 'mark n')
    stream.close()
  })

  test('openStream() goes on over another, and neither side misses or hears anything twice', async () => {
    await using app = await startTestApp()
    const { stream, told, closed } = open(app)
    const first = await app.accept()
    await next(first)
    stream.sendAudio('inbound', tone(20), 0)
    await first.nextBinary()
    first.send(frame(1, tone(20)))
    assert.deepEqual([await told.take(), await told.take()], ['opened', 'audio 160'])
    first.tcp.destroy()
    assert.equal(await told.take(), 'lost')
    for (const atMs of [20, 40, 60]) stream.sendAudio('inbound', tone(20), atMs)
    stream.sendMark('m', 'played', 20)

    stream.resume(way)
    const second = await app.accept()
    assert.equal(second.request.headers['webhook-id'], 'again')
    const begun = await next(second)
    assert.deepEqual(begun['resume'], { id: 'secret', window_ms: 10_000, resumed: true, last_seq: 1 })
    second.send({ type: 'resume', resume_id: 'secret', last_seq: 2 })
    const heard = [await second.nextBinary(), await second.nextBinary(), await second.nextBinary()].map(
      readFrame,
    )
    assert.deepEqual(
      heard.map((each) => [each?.seq, each?.timestampMs]),
      [3, 4, 5].map((seq) => [seq, 20 * (seq - 2)]),
    )
    assert.deepEqual([(await next(second)).type, await told.take()], ['mark', 'opened'])
    second.send(frame(1, tone(20)))
    second.send(frame(2, tone(40)))
    assert.equal(await told.take(), 'audio 320')
    stream.sendAudio('inbound', tone(20), 80)
    assert.equal(readFrame(await second.nextBinary())?.seq, 7)
    stream.close()
    assert.deepEqual((await closed.take()).why, 'closed-by-gateway')
  })

  test('openStream() tells again that it is lost when the app cannot be reached, and ends after the window', async () => {
    const clock = fakeClock()
    await using app = await startTestApp()
    const { stream, told, closed } = open(app, {}, clock)
    const socket = await app.accept()
    await next(socket)
    assert.equal(await told.take(), 'opened')
    socket.tcp.destroy()
    assert.equal(await told.take(), 'lost')
    await app[Symbol.asyncDispose]()
    stream.resume(way)
    assert.equal(await told.take(), 'lost')
    clock.advance(10_000)
    assert.equal((await closed.take()).why, 'lost')
    stream.resume(way)
    stream.sendAudio('inbound', tone(20), 0)
  })

  test('openStream() takes an app that came back, and still has much to take of what it missed, for one that listens', async () => {
    await using app = await startTestApp()
    const { stream, told } = open(app, { encoding: 'l16', rate: 24_000, resume_ms: 60_000 })
    const first = await app.accept()
    await next(first)
    first.tcp.destroy()
    assert.deepEqual([await told.take(), await told.take()], ['opened', 'lost'])
    const second = tone(1_000)
    for (let ms = 0; ms < 60_000; ms += 1_000) stream.sendAudio('inbound', second, ms)
    stream.resume(way)
    const back = await app.accept()
    await next(back)
    back.tcp.pause()
    back.send({ type: 'resume', resume_id: 'secret', last_seq: 1 })
    back.send({ type: 'mark', name: 'm' })
    assert.deepEqual([await told.take(), await told.take()], ['opened', 'mark m'])
    stream.sendMark('m', 'played', 0) // behind 2.9 MB
    back.tcp.resume()
    assert.equal((await next(back)).type, 'mark')
    assert.deepEqual(told.items, [])
    stream.close()
  })

  test('openStream() waits for an app whose balancer refuses meanwhile, and for nobody who is another', async () => {
    const pki = await createPki()
    await using app = await startTestApp({ pki })
    await using busy = await startTestApp({ pki, refuse: 503 })
    await using stranger = await startTestApp()
    const { stream, told, closed } = open(app)
    const first = await app.accept()
    await next(first)
    first.tcp.destroy()
    assert.deepEqual([await told.take(), await told.take()], ['opened', 'lost'])
    stream.resume({ ...way, address: `127.0.0.1:${busy.port}` })
    assert.equal(await told.take(), 'lost')
    stream.resume(way)
    const second = await app.accept()
    await next(second)
    second.tcp.destroy()
    assert.deepEqual([await told.take(), await told.take()], ['opened', 'lost'])
    stream.resume({ ...way, address: `127.0.0.1:${stranger.port}` })
    assert.equal((await closed.take()).why, 'untrusted')
  })

  test('openStream() ends after the window with an app that is there and does not resume', async () => {
    const clock = fakeClock()
    await using app = await startTestApp()
    const { stream, told, closed } = open(app, {}, clock)
    const first = await app.accept()
    await next(first)
    first.tcp.destroy()
    assert.deepEqual([await told.take(), await told.take()], ['opened', 'lost'])
    stream.resume(way)
    const second = await app.accept()
    await next(second)
    assert.equal(await told.take(), 'opened')
    clock.advance(10_000)
    assert.equal((await closed.take()).why, 'lost')
  })

  test('openStream() that is closed while its connection breaks is over, and waits for nobody', async () => {
    const clock = fakeClock()
    await using app = await startTestApp()
    const { stream, told, closed } = open(app, {}, clock)
    const socket = await app.accept()
    await next(socket)
    assert.equal(await told.take(), 'opened')
    socket.tcp.pause()
    clock.advance(120_000) // no ping is answered: it is broken, which its socket has yet to say
    stream.close()
    assert.equal((await closed.take()).why, 'closed-by-gateway')
    assert.deepEqual(told.items, [])
  })

  test('openStream() is at its end at once where the wire cannot go on', async () => {
    await using app = await startTestApp()
    const { closed } = open(app, { resume_ms: 0 })
    const socket = await app.accept()
    await next(socket)
    socket.tcp.destroy()
    assert.equal((await closed.take()).why, 'lost')
  })

  test('openStream() is not resumed after the app closed it', async () => {
    await using app = await startTestApp()
    const { stream, closed } = open(app)
    const socket = await app.accept()
    await next(socket)
    socket.socket.close(1000)
    assert.equal((await closed.take()).why, 'closed-by-app')
    stream.resume(way)
  })
})
