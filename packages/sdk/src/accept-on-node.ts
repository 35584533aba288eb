import type { HeaderSource } from './header-value.ts'
import type { StreamServer } from './stream-server.ts'
import type { StreamSocket } from './stream-socket.ts'

interface UpgradeRequest {
  readonly url?: string | undefined
  readonly headers: HeaderSource
}

interface RawSocket {
  on(event: 'error', listener: () => void): unknown
  end(text: string): unknown
  destroy(): unknown
}

/** A server of `node:https` or `node:http`. */
export interface NodeServer {
  on(
    event: 'upgrade',
    listener: (request: UpgradeRequest, socket: RawSocket, head: Uint8Array) => void,
  ): unknown
  listenerCount(event: 'upgrade'): number
}

/** A `WebSocketServer` of `ws`, made with `noServer: true`. */
export interface NodeSockets {
  handleUpgrade(
    request: UpgradeRequest,
    socket: RawSocket,
    head: Uint8Array,
    accepted: (socket: StreamSocket) => void,
  ): void
}

const reasons = { 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' } as const

/**
 * Accepts streams on a Node server: `acceptOnNode(streams, server, new WebSocketServer({ noServer: true }))`. Upgrades of other paths are
 * answered with 404, unless the server has somebody else who listens for upgrades.
 */
export function acceptOnNode(streams: StreamServer, server: NodeServer, sockets: NodeSockets): void {
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const { url = '', headers } = request
    streams.upgrade({ url, headers }).then(
      (upgrade) => {
        if (upgrade.ok)
          return sockets.handleUpgrade(request, socket, head, (accepted) => upgrade.accept(accepted))
        if (upgrade.status === 404 && server.listenerCount('upgrade') > 1) return
        const status = `${upgrade.status} ${reasons[upgrade.status]}`
        socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      },
      () => socket.destroy(),
    )
  })
}
