import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { systemClock } from '#kernel'
import { memoryLogs } from './memory-logs.ts'
import type { SecurityEvent } from './security-event.ts'
import { syslogStreamSender } from './syslog-stream-sender.ts'
import { syslogUdpSender } from './syslog-udp-sender.ts'

const never = new AbortController().signal
const format = ({ type, index }: SecurityEvent) => `${type} ${index}`

/** A collector over TCP that treats its connections as `serve` says. */
async function startServer(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sender = syslogStreamSender({
    clock: systemClock,
    host: '127.0.0.1',
    port,
    tls: undefined,
    timeoutMs: 400,
    format,
  })
  return {
    sender,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function events(count: number): SecurityEvent[] {
  const logs = memoryLogs()
  return Array.from({ length: count }, () => logs.append('a.b'))
}

describe('syslogStreamSender()', () => {
  test('resolves once the collector has read everything and ended the connection', async () => {
    const read = Promise.withResolvers<string>()
    await using collector = await startServer((socket) => {
      let text = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk))
      socket.on('end', () => {
        socket.end()
        read.resolve(text)
      })
    })
    await collector.sender.send(events(3), never)
    assert.equal(await read.promise, '5 a.b 05 a.b 15 a.b 2')
  })

  test('rejects when the collector ends the connection by itself', async () => {
    await using collector = await startServer((socket) => {
      socket.resume()
      socket.end()
    })
    await assert.rejects(collector.sender.send(events(3), never), { code: 'SIEM_UNCONFIRMED' })
  })

  test('rejects when the collector goes away with something unread', async () => {
    await using collector = await startServer((socket) => {
      socket.pause()
      setImmediate(() => socket.resetAndDestroy())
    })
    await assert.rejects(collector.sender.send(events(3), never), { name: 'SiemError' })
  })

  test('rejects when the collector never says that it has it', async () => {
    await using collector = await startServer((socket) => socket.resume())
    await assert.rejects(collector.sender.send(events(3), never), { code: 'SIEM_TIMEOUT' })
  })

  test('rejects when nobody listens, and when it is stopped', async () => {
    const collector = await startServer((socket) => socket.resume())
    const stop = new AbortController()
    const sending = collector.sender.send(events(1), stop.signal)
    stop.abort()
    await assert.rejects(sending, { code: 'SIEM_STOPPED' })
    await collector[Symbol.asyncDispose]()
    await assert.rejects(collector.sender.send(events(1), never), { code: 'SIEM_CONNECT' })
  })
})

test('syslogUdpSender() sends a datagram for each event', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1')
  await once(server, 'listening')
  const got: string[] = []
  const all = new Promise<void>((resolve) => {
    server.on('message', (message) => {
      if (got.push(message.toString()) === 3) resolve()
    })
  })
  await syslogUdpSender({ host: '127.0.0.1', port: server.address().port, format }).send(events(3), never)
  await all
  server.close()
  assert.deepEqual(got.toSorted(), ['a.b 0', 'a.b 1', 'a.b 2'])
})
