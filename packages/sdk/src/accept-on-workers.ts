import type { StreamServer } from './stream-server.ts'
import type { StreamSocket } from './stream-socket.ts'

interface WorkersGlobal {
  readonly WebSocketPair: new () => Readonly<Record<'0' | '1', StreamSocket & { accept(): void }>>
}

/**
 * Accepts a stream on Cloudflare Workers or workerd. A stream that is resumed comes as another request, and a token is redeemed by another
 * request than issued it: run the server in a Durable Object, or give it `tokens` of your own.
 */
export async function acceptOnWorkers(streams: StreamServer, request: Request): Promise<Response> {
  const upgrade = await streams.upgrade(request)
  if (!upgrade.ok) return new Response(null, { status: upgrade.status })
  const { WebSocketPair } = globalThis as unknown as WorkersGlobal
  const { 0: theirs, 1: ours } = new WebSocketPair()
  ours.accept()
  upgrade.accept(ours)
  const headers = upgrade.protocol === undefined ? {} : { 'sec-websocket-protocol': upgrade.protocol }
  return new Response(null, { status: 101, headers, webSocket: theirs } as ResponseInit)
}
