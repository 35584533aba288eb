import type { StreamServer } from './stream-server.ts'
import type { StreamSocket } from './stream-socket.ts'

interface DenoGlobal {
  readonly Deno: {
    upgradeWebSocket(
      request: Request,
      options: { protocol?: string },
    ): { readonly socket: StreamSocket; readonly response: Response }
  }
}

/** Accepts a stream on Deno: `Deno.serve((request) => acceptOnDeno(streams, request))`. */
export async function acceptOnDeno(streams: StreamServer, request: Request): Promise<Response> {
  const upgrade = await streams.upgrade(request)
  if (!upgrade.ok) return new Response(null, { status: upgrade.status })
  const { Deno } = globalThis as unknown as DenoGlobal
  const { protocol } = upgrade
  const { socket, response } = Deno.upgradeWebSocket(request, protocol === undefined ? {} : { protocol })
  upgrade.accept(socket)
  return response
}
