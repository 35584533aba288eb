import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { verifyStreamUpgrade } from '@voxkeep/sdk'
import type { WebSocketServer } from 'ws'
import type { EchoContext } from './echo-app.ts'
import { echoStream } from './media-stream.ts'

export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

/** Accepts the media stream of a gateway that signed its upgrade; anyone else gets 403 and no WebSocket. */
export async function acceptStream(
  { secrets, streamUrl, stats }: EchoContext,
  sockets: WebSocketServer,
  { request, socket, head }: Upgrade,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  // The address is the one we gave out, not the one that the request claims.
  const checked = await verifyStreamUpgrade(streamUrl, request.headers, secrets)
  if (!checked.ok || request.url !== '/stream') {
    stats.refused += 1
    return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  }
  sockets.handleUpgrade(request, socket, head, (accepted) => {
    stats.streams += 1
    echoStream(accepted, stats)
  })
}
