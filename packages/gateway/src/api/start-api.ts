import type { AddressInfo, Server, Socket } from 'node:net'
import { followCertificate, readCertificate } from './certificate.ts'
import { createApi } from './create-api.ts'
import type { ApiDeps } from './deps.ts'

/** Listens. Rejects when the certificate cannot be used or the port is taken. Disposing ends every connection. */
export async function startApi(deps: ApiDeps): Promise<{ readonly port: number } & AsyncDisposable> {
  const { host, port, tls } = deps.config
  const certificate = readCertificate(tls)
  const app = await createApi(deps, { ...certificate })
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw error
  }
  const follower = followCertificate(app.server, tls, certificate, deps)
  const cutOff = trackConnections(app.server)
  return {
    port: (app.server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      follower[Symbol.dispose]()
      cutOff()
      await app.close()
    },
  }
}

/**
 * The returned function destroys every connection, those in the middle of their handshake too (the HTTP server does not know
 * them yet and would wait for them for ever), and each one that still comes.
 */
function trackConnections(server: Server): () => void {
  const open = new Set<Socket>()
  let isOver = false
  server.on('connection', (socket) => {
    if (isOver) socket.destroy()
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return () => {
    isOver = true
    for (const socket of open) socket.destroy()
  }
}
