import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  answerWith,
  isIncomingCall,
  verifyStreamUpgrade,
  verifyWebhook,
  type CallCommand,
  type WebhookEvent,
} from '@voxkeep/sdk'
import { WebSocketServer, type WebSocket } from 'ws'
import { hearStream, type HeardStream } from './heard-stream.ts'
import { watch, type Watch } from './watch.ts'

/** What to do with a call, or after keys were gathered or somebody was dialled; a stream to `streamUrl` is echoed. */
export type Decide = (event: WebhookEvent, streamUrl: string) => readonly CallCommand[]

export interface AppOptions {
  readonly port: number
  readonly cert: string
  readonly key: string
  readonly secret: string
  /** Default: answer, and stream. */
  readonly decide?: Decide
  /** Answers a webhook, whose event has this id, in a way of its own, however badly; true when it did. */
  readonly intercept?: (event: WebhookEvent, response: ServerResponse, id: string) => boolean
  /** WAV files that anybody may fetch, by their paths (`/sounds/prompt.wav`). */
  readonly sounds?: Readonly<Record<string, Uint8Array>>
  /** Takes over a stream that was opened for this name, before anything came over it; true when it did. */
  readonly takeStream?: (to: string, socket: WebSocket) => boolean
}

/** An app that remembers what it was told and what it heard, and says back what it hears. */
export interface App extends AsyncDisposable {
  readonly events: readonly WebhookEvent[]
  /** How many requests were not signed by the gateway. */
  refused(): number
  /** The call to this number or name, past or to come; each test calls another. */
  call(to: string): AppCall
  /** Resolves with the first event, past or to come, that `probe` takes. */
  event(what: string, probe: (event: WebhookEvent) => boolean, timeoutMs?: number): Promise<WebhookEvent>
}

export interface AppCall {
  id(): Promise<string>
  /** Resolves with the data of the call's first event of a type, past or to come. */
  told(type: string, timeoutMs?: number): Promise<Readonly<Record<string, unknown>>>
  stream(): Promise<HeardStream>
}

interface Memory extends Watch {
  readonly events: WebhookEvent[]
  readonly streams: Map<string, HeardStream>
  refused: number
}

const decisions = new Set([
  'call.incoming',
  'call.connected',
  'call.gathered',
  'call.collected',
  'call.paid',
  'call.dialed',
  'call.redirected',
  'call.message',
  'call.verified',
  'call.whisper',
  'call.consent_refused',
  'call.relay_ended',
])

export async function startApp(options: AppOptions): Promise<App> {
  const memory: Memory = { ...watch(), events: [], streams: new Map(), refused: 0 }
  const { cert, key, port } = options
  const server = createServer({ cert, key, minVersion: 'TLSv1.2' })
  server.on('request', (request, response) => {
    answer(options, memory, request, response).catch(() => response.destroy())
  })
  const sockets = acceptStreams(server, options, memory)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    events: memory.events,
    refused: () => memory.refused,
    call: (to) => callOf(memory, to),
    event: (what, probe, timeoutMs) =>
      memory.until(what, () => memory.events.find((event) => probe(event)), timeoutMs),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function callOf({ events, streams, until }: Memory, to: string): AppCall {
  const incoming = () => events.filter(isIncomingCall).find((event) => event.data.to === to)?.data.call_id
  const told: AppCall['told'] = (type, timeoutMs) => {
    const probe = () =>
      events.find(({ type: its, data }) => {
        const { call_id: call } = data as { call_id?: string }
        return its === type && call !== undefined && call === incoming()
      })?.data as Readonly<Record<string, unknown>> | undefined
    return until(`${type} of the call to ${to}`, probe, timeoutMs)
  }
  return {
    told,
    id: () => until(`the call to ${to}`, incoming),
    stream: () => until(`the stream of the call to ${to}`, () => streams.get(`/stream/${to}`)),
  }
}

async function answer(
  { secret, port, decide = echo, intercept, sounds = {} }: AppOptions,
  memory: Memory,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sound = request.method === 'GET' ? sounds[request.url ?? ''] : undefined
  if (sound !== undefined) return void response.writeHead(200, { 'content-type': 'audio/wav' }).end(sound)
  const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
  const checked = await verifyWebhook(body, request.headers, secret)
  if (!checked.ok) {
    memory.refused += 1
    return void response.writeHead(401).end()
  }
  const { event } = checked
  memory.events.push(event)
  if (intercept?.(event, response, checked.id)) return memory.changed()
  if (decisions.has(event.type)) {
    const to = isIncomingCall(event) ? event.data.to : 'gathered'
    const actions = answerWith(...decide(event, `wss://127.0.0.1:${port}/stream/${to}`))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(actions))
  } else {
    response.writeHead(204).end()
  }
  memory.changed()
}

function echo(_event: WebhookEvent, url: string): CallCommand[] {
  return [{ type: 'answer' }, { type: 'stream', url }]
}

function acceptStreams(
  server: Server,
  { port, secret, takeStream }: AppOptions,
  memory: Memory,
): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    const path = request.url ?? ''
    const url = `wss://127.0.0.1:${port}${path}`
    void verifyStreamUpgrade(url, request.headers, secret).then((checked) => {
      if (!checked.ok) {
        memory.refused += 1
        socket.destroy()
        return
      }
      sockets.handleUpgrade(request, socket, head, (accepted) => {
        if (takeStream?.(path.replace('/stream/', ''), accepted)) return
        memory.streams.set(path, hearStream(accepted))
        memory.changed()
      })
    })
  })
  return sockets
}
