import { once } from 'node:events'
import { createServer } from 'node:https'
import { WebSocketServer } from 'ws'
import { narrowed, wideTone } from './wide-audio.ts'

/** A speech-to-speech server behind TLS: binary samples at 16 kHz both ways. Once it hears somebody it says a second of 440 Hz. */
export interface WideTalker extends AsyncDisposable {
  readonly url: string
  /** Messages that were text. */
  readonly texts: string[]
  /** What it heard, at 8 kHz. */
  heard(): Int16Array
  /** Ends every conversation in its own words. */
  end(): void
}

export async function startWideTalker(tls: {
  readonly cert: string
  readonly key: string
}): Promise<WideTalker> {
  const http = createServer(tls)
  const server = new WebSocketServer({ server: http })
  const [texts, pieces]: [string[], Buffer[]] = [[], []]
  server.on('connection', (socket) =>
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return void texts.push(data.toString())
      if (pieces.push(data) === 1) socket.send(wideTone(440, 1))
    }),
  )
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `wss://127.0.0.1:${(http.address() as { port: number }).port}/speak`,
    texts,
    heard: () => narrowed(pieces),
    end() {
      for (const socket of server.clients) socket.send(JSON.stringify({ type: 'end' }))
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      http.close()
      await once(http, 'close')
    },
  }
}
