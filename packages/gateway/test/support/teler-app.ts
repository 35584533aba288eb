import { once } from 'node:events'
import { createServer } from 'node:https'
import { CallFlow, StreamConnector, StreamOP, StreamType } from '@frejun/teler'
import { verifyStreamUpgrade } from '@voxkeep/sdk'
import { Webhook } from 'standardwebhooks'
import { WebSocketServer } from 'ws'
import { narrowed, wideTone } from './wide-audio.ts'

/** An app as `@frejun/teler` has it, unmodified: a flow that streams, and a bridge to a model, which says a second of 440 Hz once it hears somebody. */
export interface TelerApp extends AsyncDisposable {
  readonly url: string
  /** What the gateway asked, each request verified. */
  readonly asked: Readonly<Record<string, unknown>>[]
  /** The first message of the stream. */
  readonly started: Readonly<Record<string, unknown>>[]
  /** What the model heard, at 8 kHz. */
  heard(): Int16Array
}

/** @param secret - What the gateway signs with; known once it runs. */
export async function startTelerApp(
  tls: { readonly cert: string; readonly key: string },
  secret: () => string,
): Promise<TelerApp> {
  const model = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(model, 'listening')
  const pieces: Buffer[] = []
  model.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => {
      const count = pieces.push(Buffer.from(data.toString(), 'base64'))
      if (count === 1) socket.send(wideTone(440, 1).toString('base64'))
    }),
  )
  const http = createServer(tls)
  const calls = new WebSocketServer({ noServer: true })
  const [asked, started]: [TelerApp['asked'], TelerApp['started']] = [[], []]
  http.on('request', (request, response) => {
    void (async () => {
      const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString()
      const headers = request.headers as Record<string, string>
      new Webhook(secret()).verify(body, headers, { jsonParse: false })
      asked.push(JSON.parse(body) as Record<string, unknown>)
      const flow = CallFlow.stream(`wss://127.0.0.1:${portOf(http)}/media`, {
        sampleRate: '16k',
        chunkSize: 40,
      })
      response.end(JSON.stringify({ ...flow, record: false }))
    })().catch(() => response.writeHead(401).end())
  })
  http.on('upgrade', (request, socket, head) => {
    const url = `wss://127.0.0.1:${portOf(http)}${request.url}`
    void verifyStreamUpgrade(url, request.headers, secret()).then((checked) => {
      if (!checked.ok) return socket.destroy()
      const connector = bridge(portOf(model), started)
      return calls.handleUpgrade(request, socket, head, (call) => void connector.bridgeStream(call))
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `https://127.0.0.1:${portOf(http)}/flow`,
    asked,
    started,
    heard: () => narrowed(pieces),
    async [Symbol.asyncDispose]() {
      for (const socket of [...calls.clients, ...model.clients]) socket.terminate()
      model.close()
      http.close()
      http.closeAllConnections()
      await once(http, 'close')
    },
  }
}

function bridge(port: number, started: TelerApp['started']): StreamConnector {
  return new StreamConnector(
    `ws://127.0.0.1:${port}`,
    StreamType.BIDIRECTIONAL,
    async (message) => {
      const told = JSON.parse(message as string) as { type: string; data: { audio_b64: string } }
      if (told.type === 'start') started.push(told)
      return told.type === 'audio' ? [told.data.audio_b64, StreamOP.RELAY] : ['', StreamOP.PASS]
    },
    async (audio) => [JSON.stringify({ type: 'audio', audio_b64: audio, chunk_id: 1 }), StreamOP.RELAY],
  )
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as { port: number }).port
}
