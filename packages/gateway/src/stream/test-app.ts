import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createPki, type Pki } from '@voxkeep/pki'
import { WebSocketServer, type WebSocket } from 'ws'

/** An app for tests: a TLS WebSocket server on loopback that answers for the name `app.test`. */
export interface TestApp extends AsyncDisposable {
  readonly pki: Pki
  readonly port: number
  url(path?: string): string
  /** The next connection the app accepts. */
  accept(): Promise<AppSocket>
}

/** The app's end of one stream, with what it heard. */
export interface AppSocket {
  readonly request: IncomingMessage
  readonly socket: WebSocket
  readonly tcp: TLSSocket
  /** The next text message, parsed. */
  next(): Promise<AppMessage>
  /** The next message of one kind; those before it are skipped. */
  nextOf(event: string): Promise<AppMessage>
  /** The next binary message. */
  nextBinary(): Promise<Uint8Array>
  /** An object as JSON, bytes as a binary message. */
  send(message: object): void
  closed(): Promise<number>
}

export interface AppMessage {
  readonly event: string
  readonly sequenceNumber?: string
  readonly streamSid?: string
  readonly media?: { track: string; chunk: string; timestamp: string; payload: string }
  readonly mark?: { name: string }
  readonly dtmf?: { track: string; digit: string }
  readonly start?: { tracks: string[]; callSid: string }
}

export async function startTestApp(
  options: { names?: string[]; refuse?: number; tls?: object; pki?: Pki; chooses?: string | false } = {},
): Promise<TestApp> {
  const pki = options.pki ?? (await createPki())
  const leaf = await pki.issue(options.names ?? ['app.test'])
  const server = createServer({ cert: leaf.certPem, key: leaf.keyPem, ...options.tls })
  const accepted = inbox<AppSocket>()
  const { chooses } = options
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    ...(chooses !== undefined && { handleProtocols: () => chooses }),
  })
  server.on('upgrade', (request, tcp, head) => {
    if (options.refuse !== undefined) {
      tcp.end(`HTTP/1.1 ${options.refuse} No\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, tcp, head, (socket) => accepted.put(appSocket(socket, request)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    pki,
    port,
    url: (path = '/media') => `wss://app.test:${port}${path}`,
    accept: () => accepted.take(),
    [Symbol.asyncDispose]: () => stop(server, sockets),
  }
}

async function stop(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.terminate()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

function appSocket(socket: WebSocket, request: IncomingMessage): AppSocket {
  const messages = inbox<AppMessage>()
  const binary = inbox<Uint8Array>()
  const closed = once(socket, 'close').then(([code]) => code as number)
  socket.on('message', (data, isBinary) => {
    if (isBinary) binary.put(new Uint8Array(data as Buffer))
    else messages.put(JSON.parse((data as Buffer).toString()) as AppMessage)
  })
  socket.on('error', () => {})
  const next = () => messages.take()
  return {
    request,
    socket,
    tcp: request.socket as TLSSocket,
    next,
    async nextOf(event) {
      for (;;) {
        const message = await next()
        if (message.event === event) return message
      }
    },
    nextBinary: () => binary.take(),
    send: (message) => socket.send(message instanceof Uint8Array ? message : JSON.stringify(message)),
    closed: () => closed,
  }
}

/** Things that come before or after somebody waits for them. */
export function inbox<T>(): { put(item: T): void; take(): Promise<T>; readonly items: readonly T[] } {
  const items: T[] = []
  const waiting: ((item: T) => void)[] = []
  return {
    items,
    put(item) {
      const taker = waiting.shift()
      if (taker === undefined) items.push(item)
      else taker(item)
    },
    take() {
      const item = items.shift()
      if (item !== undefined) return Promise.resolve(item)
      const { promise, resolve } = Promise.withResolvers<T>()
      waiting.push(resolve)
      return promise
    },
  }
}
