import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import {
  acceptOnNode,
  answerOnNode,
  createStreamServer,
  type NodeSockets,
  type StreamServer,
  type StreamServerOptions,
  type WebhookHandlers,
  type WebhookOptions,
} from '@voxkeep/sdk'
import type { AppSettings } from './load-settings.ts'

export interface AppOptions
  extends
    Pick<StreamServerOptions, 'onError' | 'rateHz' | 'tokens' | 'maxConversations'>,
    Pick<WebhookOptions, 'other' | 'onAnswered'> {
  readonly settings: AppSettings
  /** A `WebSocketServer` of `ws`, made with `noServer: true`. Without one there are no streams. */
  readonly sockets?: NodeSockets
  /** What to do with calls, by the type of the event. */
  readonly on: (streams: StreamServer) => WebhookHandlers
  /** What to do with a stream; the stream ends when it settles. */
  readonly onConversation?: StreamServerOptions['onConversation']
  /** Told of requests that are not the gateway's. */
  readonly onRefused?: (reason: string) => void
}

export interface RunningApp extends AsyncDisposable {
  readonly webhookUrl: string
  readonly streamUrl: string
  readonly streams: StreamServer
}

const graceMs = 1_000 // for sockets to be closed from both sides

/** Runs an app on Node: its webhook at `/voxkeep`, its streams at `/stream`, both over TLS. Resolves once it listens. */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const { settings, sockets, onConversation = () => {}, on, onRefused = () => {}, ...others } = options
  const { cert, key, secrets, port, host = '127.0.0.1' } = settings
  const server = createServer({ cert, key, minVersion: 'TLSv1.2' })
  const connections = new Set<Socket>()
  server.on('connection', (connection: Socket) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
  })
  server.listen(port, host)
  await once(server, 'listening')
  const base = settings.publicUrl ?? `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const url = `${base.replace(/^https:/, 'wss:')}/stream`
  const streams = createStreamServer({ ...others, url, secrets, onConversation, onRefused })
  const webhooks = { ...others, secrets, on: on(streams), onRefused }
  server.on('request', (request, response) => {
    if (request.method === 'POST' && request.url === '/voxkeep')
      void answerOnNode(request, response, webhooks)
    else response.writeHead(404).end()
  })
  if (sockets !== undefined) acceptOnNode(streams, server, sockets)
  return {
    webhookUrl: `${base}/voxkeep`,
    streamUrl: url,
    streams,
    async [Symbol.asyncDispose]() {
      streams.close()
      server.close()
      server.closeIdleConnections()
      const grace = setTimeout(() => connections.forEach((connection) => connection.destroy()), graceMs)
      await once(server, 'close').finally(() => clearTimeout(grace))
    },
  }
}
