import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { serializeSip, sipStream } from '@voxkeep/wire/sip'

export interface UdpRelayOptions {
  /** The gateway's TLS port and the authority of its certificate. */
  readonly to: number
  readonly ca: string
  /** Loopback address that the gateway sees. */
  readonly from: string
  /** Changes a request on its way: a scanner under another name, say. */
  readonly disguise?: (request: string) => string
}

export interface UdpRelay extends AsyncDisposable {
  readonly port: number
  /** What came back for each request, in the order of the requests; undefined where nothing did. */
  readonly exchanges: readonly Exchange[]
  /** Connections that were refused or closed for us. */
  readonly doors: { refused: number; closed: number }
}

export interface Exchange {
  readonly request: string
  answer: string | undefined
  tookMs: number
}

/**
 * Lets a tool that speaks only UDP talk to a TLS port: each datagram is written to a TLS connection, which is made anew when it
 * was closed, and each message that comes back is a datagram to whoever wrote last.
 */
export async function startUdpRelay({ to, ca, from, disguise }: UdpRelayOptions): Promise<UdpRelay> {
  const udp = createSocket('udp4')
  const exchanges: Exchange[] = []
  const doors = { refused: 0, closed: 0 }
  let tool = { port: 0, address: '127.0.0.1' }
  let door: Promise<TLSSocket | undefined> | undefined
  const answered = (bytes: Uint8Array) => {
    const answer = Buffer.from(bytes).toString('latin1')
    const callId = headerOf(answer, 'Call-ID')
    const cseq = headerOf(answer, 'CSeq')
    const asked = exchanges.findLast(
      ({ request }) => headerOf(request, 'Call-ID') === callId && headerOf(request, 'CSeq') === cseq,
    )
    if (asked?.answer === undefined && asked) {
      asked.answer = answer
      asked.tookMs += performance.now()
    }
    udp.send(bytes, tool.port, tool.address)
  }
  const open = async (): Promise<TLSSocket | undefined> => {
    const plain = connectTcp({ host: '127.0.0.1', port: to, localAddress: from })
    const socket = connectTls({ socket: plain, ca, host: '127.0.0.1' })
    const stream = sipStream()
    plain.on('error', () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      for (const item of stream.push(chunk)) if (item.kind === 'message') answered(serializeSip(item.message))
    })
    const gone = new Promise<undefined>((resolve) => void socket.once('close', () => resolve(undefined)))
    const opened = new Promise<TLSSocket>((resolve) => {
      socket.once('secureConnect', () => resolve(socket))
    })
    const secure = await Promise.race([opened, gone])
    if (secure === undefined) doors.refused += 1
    void gone.then(() => {
      door = undefined
      if (secure !== undefined) doors.closed += 1
    })
    return secure
  }
  udp.on('message', (datagram, { port, address }) => {
    tool = { port, address }
    const request = (disguise ?? String)(datagram.toString('latin1'))
    const exchange: Exchange = { request, answer: undefined, tookMs: -performance.now() }
    exchanges.push(exchange)
    door ??= open()
    void door.then((socket) => {
      if (socket === undefined) door = undefined
      else socket.write(request, 'latin1')
    })
  })
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  return {
    port: udp.address().port,
    exchanges,
    doors,
    async [Symbol.asyncDispose]() {
      udp.close()
      const socket = await door
      socket?.destroy()
    },
  }
}

function headerOf(message: string, name: string): string | undefined {
  return new RegExp(`^${name}: *(.*?)\\r?$`, 'im').exec(message)?.[1]
}
