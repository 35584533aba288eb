import { once } from 'node:events'
import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { WebSocketServer, type WebSocket } from 'ws'
import { watch } from './watch.ts'

export type TwilioForm = Readonly<Record<string, string>>

export interface TwilioServerOptions {
  readonly cert: string
  readonly key: string
  readonly token: string
  /** Where the world finds it; whatever `Host` says is not looked at. */
  readonly origin: string
  /** The document for a path; undefined: nothing is said, and it is a callback. */
  readonly documents: Readonly<Record<string, (form: TwilioForm) => string>>
  readonly sounds?: Readonly<Record<string, Uint8Array>>
  /** Of `/media-stream`. */
  readonly onStream: (socket: WebSocket) => void
}

/** An app that lets nothing in, webhook or upgrade, that is not signed for its public origin. */
export interface TwilioServer extends AsyncDisposable {
  readonly port: number
  readonly requests: readonly { readonly path: string; readonly form: TwilioForm }[]
  refused(): number
  /** Resolves with the first request to a path that `probe` takes, past or to come. */
  until(path: string, probe?: (form: TwilioForm) => boolean, timeoutMs?: number): Promise<TwilioForm>
}

export async function startTwilioServer(o: TwilioServerOptions): Promise<TwilioServer> {
  const { changed, until } = watch()
  const requests: { path: string; form: TwilioForm }[] = []
  let refused = 0
  const isSigned = (request: IncomingMessage, url: string, form: TwilioForm) =>
    validateRequest(o.token, String(request.headers['x-twilio-signature'] ?? ''), url, form)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? ''
    const sound = request.method === 'GET' ? o.sounds?.[target] : undefined
    if (sound !== undefined) {
      requests.push({ path: target, form: {} })
      changed()
      return void response.writeHead(200, { 'content-type': 'audio/wav' }).end(sound)
    }
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString()
    const form = Object.fromEntries(new URLSearchParams(body))
    if (!isSigned(request, o.origin + target, form)) {
      refused += 1
      return void response.writeHead(403).end()
    }
    const { pathname: path, searchParams } = new URL(target, o.origin)
    const all = { ...Object.fromEntries(searchParams), ...form }
    requests.push({ path, form: all })
    const document = o.documents[path]?.(all)
    if (document === undefined) response.writeHead(204).end()
    else response.writeHead(200, { 'content-type': 'text/xml' }).end(document)
    changed()
  }

  const server = createServer({ cert: o.cert, key: o.key })
  server.on('request', (request, response) => void answer(request, response).catch(() => response.destroy()))
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    const url = `${o.origin.replace('https', 'wss')}/media-stream`
    const isOurs =
      request.url === '/media-stream' && (isSigned(request, url, {}) || isSigned(request, `${url}/`, {}))
    if (!isOurs) {
      refused += 1
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, o.onStream)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    refused: () => refused,
    until: (path, probe = () => true, timeoutMs) =>
      until(
        `a request to ${path}`,
        () => requests.find((request) => request.path === path && probe(request.form))?.form,
        timeoutMs,
      ),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
