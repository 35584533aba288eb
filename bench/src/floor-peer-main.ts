import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'

/** What stands around the floor: callers that send a packet every 20 ms, and an app that sends back what it gets. */
interface PeerOptions {
  readonly certFile: string
  readonly keyFile: string
}

const frameMs = 20
const packet = Buffer.alloc(182, 1)
const { certFile, keyFile } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as PeerOptions
const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (socket) => {
  socket.setNoDelay(true)
  socket.on('data', (data) => socket.write(data))
  socket.on('error', () => {})
})
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })),
)

const callers = createSocket({
  type: 'udp4',
  recvBufferSize: 4 * 1_024 * 1_024,
  lookup: (host, _options, answer) => answer(null, host, 4),
})
let [sent, returned] = [0, 0]
callers.on('message', () => (returned += 1))
callers.bind(0, '127.0.0.1')
// The ports to call, a line of JSON.
createInterface({ input: process.stdin }).once('line', (line) => call(JSON.parse(line) as number[]))
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ sent, returned }))
  process.exit(0)
})

/** Packets leave spread over the frame, as real callers' do. */
function call(ports: readonly number[]): void {
  let dueMs = performance.now()
  let next = 0
  const stepMs = frameMs / ports.length
  setInterval(() => {
    for (const nowMs = performance.now(); dueMs <= nowMs; dueMs += stepMs) {
      callers.send(packet, ports[next] ?? 0, '127.0.0.1')
      next = (next + 1) % ports.length
      sent += 1
    }
  }, 1)
}
