import type { StreamServer } from './stream-server.ts'
import type { StreamSocket } from './stream-socket.ts'

interface BunServer {
  upgrade(request: Request, options: { data: Accepted; headers?: Record<string, string> }): boolean
}

interface BunSocket {
  readonly data: Accepted
  send(message: string | Uint8Array<ArrayBuffer>): unknown
  close(code?: number, reason?: string): void
}

interface Accepted {
  accept(socket: StreamSocket): void
  hear?: (type: 'message' | 'close', event: { readonly data: unknown }) => void
}

/** What `Bun.serve` takes. */
export interface BunHandlers {
  /** `undefined`: it became a socket. */
  fetch(request: Request, server: BunServer): Promise<Response | undefined>
  readonly websocket: {
    open(socket: BunSocket): void
    message(socket: BunSocket, message: string | Uint8Array): void
    close(socket: BunSocket): void
  }
}

/** Accepts streams on Bun: `Bun.serve({ tls, ...acceptOnBun(streams) })`; a `fetch` of your own may call the one given. */
export function acceptOnBun(streams: StreamServer): BunHandlers {
  return {
    async fetch(request, server) {
      const upgrade = await streams.upgrade(request)
      if (!upgrade.ok) return new Response(null, { status: upgrade.status })
      const { protocol } = upgrade
      const data: Accepted = { accept: (socket) => upgrade.accept(socket) }
      const headers = protocol !== undefined && { headers: { 'sec-websocket-protocol': protocol } }
      return server.upgrade(request, { data, ...headers }) ? undefined : new Response(null, { status: 400 })
    },
    websocket: {
      open: (socket) => socket.data.accept(standardSocket(socket)),
      message: (socket, data) => socket.data.hear?.('message', { data }),
      close: (socket) => socket.data.hear?.('close', { data: undefined }),
    },
  }
}

/** Bun has one handler for all its sockets; a stream wants a socket with listeners. */
function standardSocket(socket: BunSocket): StreamSocket {
  const listeners: {
    readonly type: string
    readonly listener: (event: { readonly data: unknown }) => void
  }[] = []
  socket.data.hear = (type, event) => {
    for (const each of listeners) if (each.type === type) each.listener(event)
  }
  return {
    send: (message) => void socket.send(message),
    close: (code, reason) => socket.close(code, reason),
    addEventListener: (type: string, listener: (event: { readonly data: unknown }) => void) =>
      void listeners.push({ type, listener }),
  }
}
