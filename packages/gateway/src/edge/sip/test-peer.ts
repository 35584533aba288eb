import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { sipStream, type SipMessage, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'

/** A SIP peer for tests: what it sends is written out by hand, so that the stack is not tested with itself alone. */
export interface TestPeer {
  readonly socket: TLSSocket
  readonly messages: readonly SipMessage[]
  /** Everything that was received. */
  readonly received: () => string
  write(text: string | Uint8Array): void
  /** The next message that nobody waited for yet. Rejects when the connection ends first. */
  next(): Promise<SipMessage>
  response(status: number): Promise<SipResponse>
  request(method: string): Promise<SipRequest>
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>
}

/** `from` is the loopback address to connect from. */
export type PeerOptions = ConnectionOptions & { readonly from?: string }

export async function connectPeer({
  from,
  port,
  host = '127.0.0.1',
  ...options
}: PeerOptions): Promise<TestPeer> {
  const plain = connectTcp({
    host,
    port: port ?? 0,
    ...(from !== undefined && { localAddress: from }),
  })
  const socket = connect({ ...options, socket: plain })
  await once(socket, 'secureConnect')
  return testPeer(socket)
}

export function testPeer(socket: TLSSocket): TestPeer {
  const stream = sipStream()
  const messages: SipMessage[] = []
  const unread: SipMessage[] = []
  const waiting: { resolve: (message: SipMessage) => void; reject: (error: Error) => void }[] = []
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    for (const item of stream.push(chunk)) {
      if (item.kind !== 'message') continue
      messages.push(item.message)
      const waiter = waiting.shift()
      if (waiter) waiter.resolve(item.message)
      else unread.push(item.message)
    }
  })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      for (const waiter of waiting.splice(0)) waiter.reject(new Error('the connection ended'))
      resolve()
    })
  })
  const next = () =>
    new Promise<SipMessage>((resolve, reject) => {
      const message = unread.shift()
      if (message) resolve(message)
      else if (socket.destroyed) reject(new Error('the connection has ended'))
      else waiting.push({ resolve, reject })
    })
  return {
    socket,
    messages,
    received: () => text,
    write: (data) => void socket.write(data),
    next,
    closed,
    async response(status) {
      const message = await next()
      if (message.kind === 'response' && message.status === status) return message
      throw new Error(`expected ${status}, got ${describe(message)}`)
    },
    async request(method) {
      const message = await next()
      if (message.kind === 'request' && message.method === method) return message
      throw new Error(`expected ${method}, got ${describe(message)}`)
    },
  }
}

function describe(message: SipMessage): string {
  return message.kind === 'request' ? message.method : String(message.status)
}

export interface RequestFields {
  readonly uri?: string
  readonly callId?: string
  readonly from?: string
  readonly to?: string
  readonly cseq?: number
  readonly branch?: string
  readonly contact?: string
  readonly headers?: readonly string[]
  readonly body?: string
  readonly contentType?: string
}

let branches = 0

/** A request as text. Defaults make it the caller's first of the call `c1`. */
export function requestText(method: string, fields: RequestFields = {}): string {
  const { uri = 'sip:+493012345@gw.example;transport=tls', callId = 'c1', cseq = 1, body = '' } = fields
  const branch = fields.branch ?? `z9hG4bK${(branches += 1)}`
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/TLS caller.example:5061;branch=${branch};rport`,
    'Max-Forwards: 70',
    `From: ${fields.from ?? '"Erika" <sip:+491701234567@trunk.example>;tag=caller'}`,
    `To: ${fields.to ?? '<sip:+493012345@gw.example>'}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: ${fields.contact ?? '<sip:caller@127.0.0.1:5999;transport=tls>'}`,
    ...(fields.headers ?? []),
    ...(body === '' ? [] : [`Content-Type: ${fields.contentType ?? 'application/sdp'}`]),
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    '',
    body,
  ].join('\r\n')
}

/** A response to a request that the peer received, as text. */
export function responseText(request: SipRequest, status: number, extra: readonly string[] = []): string {
  const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
    (name) => `${name}: ${request.headers.get(name)}`,
  )
  return [`SIP/2.0 ${status} Whatever`, ...copied, ...extra, 'Content-Length: 0', '', ''].join('\r\n')
}
