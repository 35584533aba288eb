import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Recorder, TapeEvent } from './tape.ts'

export interface WindowOptions {
  readonly port: number
  readonly appPort: number
  readonly certFile: string
  readonly keyFile: string
  readonly ca: string
  readonly recorder: Recorder
  /** Told what passes, in words. */
  readonly tell: (text: string) => void
  readonly nowMs: () => number
}

/** Stands between gateway and app, in the app's name, and shows what passes. What it passes on it does not change: signatures stay good. */
export async function openWindow(options: WindowOptions): Promise<AsyncDisposable> {
  const [cert, key] = await Promise.all([readFile(options.certFile), readFile(options.keyFile)])
  const server = createServer({ cert, key, minVersion: 'TLSv1.2' })
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const startedMs = options.nowMs()
  const at = () => Math.round(options.nowMs() - startedMs)
  let streams = 0
  server.on('request', (request, response) => {
    passWebhook({ ...options, at }, request, response).catch((error: Error) => {
      options.tell(`  the app cannot be asked: ${error.message}`)
      response.writeHead(502).end()
    })
  })
  server.on('upgrade', (request, socket, head) => {
    passStream({ ...options, at, stream: (streams += 1), sockets }, request, socket, head)
  })
  server.listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

interface Passing extends WindowOptions {
  readonly at: () => number
}

async function passWebhook(
  passing: Passing,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { appPort: port, ca, tell, recorder, at, nowMs } = passing
  const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
  const event = parse(body) as TapeEvent | undefined
  const atMs = at()
  const startedMs = nowMs()
  tell(`→ ${event?.type ?? request.method} ${describe(event?.data)}`)
  const { method = 'POST', url = '/', headers } = request
  const asking = httpsRequest({ host: '127.0.0.1', port, ca, method, path: url, headers, agent: false })
  asking.end(body)
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  const answered = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>))
  const status = answer.statusCode ?? 502
  response.writeHead(status, answer.headers).end(answered)
  const read = parse(answered)
  tell(`← ${status} ${actions(read)} (${(nowMs() - startedMs).toFixed(0)} ms)`)
  if (event !== undefined) recorder.add({ atMs, kind: 'webhook', event, status, answer: read ?? null })
}

interface PassingStream extends Passing {
  readonly stream: number
  readonly sockets: WebSocketServer
}

const ownHeaders = /^(?:host|connection|upgrade|sec-websocket-(?:key|version|extensions|protocol))$/

function passStream(passing: PassingStream, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { appPort, ca, tell, stream, recorder, at, sockets } = passing
  const protocol = request.headers['sec-websocket-protocol'] ?? ''
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !ownHeaders.test(name)),
  )
  const app = new WebSocket(
    `wss://127.0.0.1:${appPort}${request.url ?? ''}`,
    protocol === '' ? [] : [protocol],
    {
      ca,
      headers: headers as Record<string, string>,
      perMessageDeflate: false,
    },
  )
  socket.on('error', () => app.terminate())
  app.on('error', () => socket.destroy())
  app.on('unexpected-response', (_, { statusCode = 502 }) => {
    tell(`  stream ${stream} refused by the app: ${statusCode}`)
    socket.end(`HTTP/1.1 ${statusCode} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
  app.on('open', () =>
    sockets.handleUpgrade(request, socket, head, (gateway) => {
      tell(`  stream ${stream} open, ${protocol === '' ? 'Twilio’s wire' : protocol}`)
      recorder.add({ atMs: at(), kind: 'open', stream, protocol })
      const counts = { 'to-app': 0, 'from-app': 0 }
      const pass = (from: WebSocket, to: WebSocket, kind: 'to-app' | 'from-app') =>
        from.on('message', (data: Buffer, isBinary) => {
          to.send(data, { binary: isBinary })
          counts[kind] += 1
          const said = isBinary ? { bytes: data.toString('base64') } : { text: data.toString() }
          recorder.add({ atMs: at(), kind, stream, ...said })
        })
      pass(gateway, app, 'to-app')
      pass(app, gateway, 'from-app')
      const over = () => {
        app.close()
        gateway.close()
      }
      app.on('close', over)
      gateway.on('error', over)
      gateway.on('close', () => {
        over()
        recorder.add({ atMs: at(), kind: 'close', stream })
        tell(
          `  stream ${stream} over: ${counts['to-app']} messages to the app, ${counts['from-app']} from it`,
        )
      })
    }),
  )
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
}

const shown = ['from', 'to', 'reason', 'outcome', 'digits', 'duration_ms'] as const

/** What helps to follow; digits only by their number. */
function describe(data: Readonly<Record<string, unknown>> | undefined): string {
  const parts = shown.flatMap((name) => {
    const value = data?.[name]
    if (typeof value !== 'string' && typeof value !== 'number') return []
    return [`${name} ${name === 'digits' ? `(${String(value).length})` : value}`]
  })
  return parts.join(', ')
}

function actions(answer: unknown): string {
  const list = (answer as { actions?: { type?: string }[] } | undefined)?.actions
  return list === undefined ? '' : list.map(({ type }) => type).join(', ')
}
