import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { answerWebhook } from './answer-webhook.ts'
import { acceptStream } from './accept-stream.ts'
import { echoStats, type EchoStats } from './echo-stats.ts'

export interface EchoOptions {
  readonly host?: string
  /** 0: any free port. */
  readonly port: number
  /** How the gateway reaches this app; default: `https://127.0.0.1:<port>`. */
  readonly publicUrl?: string
  readonly cert: string
  readonly key: string
  /** The `whsec_…` secrets that the gateway signs with. */
  readonly secrets: readonly string[]
  readonly record?: boolean
}

export interface EchoApp extends AsyncDisposable {
  readonly webhookUrl: string
  readonly streamUrl: string
  readonly stats: Readonly<EchoStats>
}

/** What the two handlers know. */
export interface EchoContext {
  readonly secrets: readonly string[]
  readonly streamUrl: string
  readonly record: boolean
  readonly stats: EchoStats
}

const maxMessageBytes = 64 * 1_024 // a 20 ms audio message is under 400 bytes

/** Starts the app: a webhook that answers each call with a stream to itself, and the stream's WebSocket. */
export async function startEchoApp(options: EchoOptions): Promise<EchoApp> {
  const { cert, key, secrets, record = false } = options
  const server = createServer({ cert, key, minVersion: 'TLSv1.2' })
  server.listen(options.port, options.host ?? '127.0.0.1')
  await once(server, 'listening')
  const base = options.publicUrl ?? `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const streamUrl = `${base.replace(/^https:/, 'wss:')}/stream`
  const context = { secrets, streamUrl, record, stats: echoStats() }
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
  })
  server.on('request', (request, response) => {
    answerWebhook(context, request, response).catch(() => response.destroy())
  })
  server.on('upgrade', (request, socket, head) => {
    acceptStream(context, sockets, { request, socket, head }).catch(() => socket.destroy())
  })
  return {
    webhookUrl: `${base}/voxkeep`,
    streamUrl,
    stats: context.stats,
    [Symbol.asyncDispose]: () => stop(server, sockets),
  }
}

async function stop(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate()
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
