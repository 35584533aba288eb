import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'

/**
 * The least that a call can cost a Node process: its socket calls and nothing else. A UDP packet in, a message of a frame's size
 * out over TLS; its echo in, a UDP packet out. `node floor-main.ts OPTIONS.json`; it says the ports that it listens on.
 */
interface FloorOptions {
  readonly calls: number
  readonly appPort: number
  readonly caFile: string
}

const messageBytes = 372 // a WebSocket message of Twilio's with 20 ms of audio
const packet = Buffer.alloc(182, 1) // SRTP of 20 ms of G.711
const message = Buffer.alloc(messageBytes, 1)
const readBuffer = Buffer.allocUnsafeSlow(64 * 1_024)

const { calls, appPort, caFile } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FloorOptions
const ca = readFileSync(caFile, 'utf8')
const ports: number[] = []
for (let call = 0; call < calls; call += 1) ports.push(await openCall())
console.log(JSON.stringify({ ports }))
process.once('SIGTERM', () => process.exit(0))

async function openCall(): Promise<number> {
  const udp = createSocket({
    type: 'udp4',
    lookup: (host, _options, answer) => answer(null, host, 4),
  })
  let from = 0
  const onread = {
    buffer: readBuffer,
    callback() {
      udp.send(packet, from, '127.0.0.1')
      return true
    },
  }
  // Options of `net.connect` that `tls.connect` passes on, though its types leave them out.
  const options = { host: '127.0.0.1', port: appPort, ca, noDelay: true, onread }
  const app = connect(options)
  await once(app, 'secureConnect')
  udp.on('message', (_data, remote) => {
    from = remote.port
    app.write(message)
  })
  const listening = once(udp, 'listening') // comes within bind(), as the lookup does not wait
  udp.bind(0, '127.0.0.1')
  await listening
  return udp.address().port
}
