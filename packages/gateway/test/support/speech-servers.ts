import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { createPki } from '@voxkeep/pki'
import { deepgramServer } from './deepgram-server.ts'
import { jsonSpeechServer } from './json-speech-server.ts'
import type { Recogniser } from './recogniser.ts'
import { transcriptionsServer, type Dialect } from './transcriptions-server.ts'
import { voskServer } from './vosk-server.ts'

/** How a server behaves from now on. `cuts` breaks the connection once, in the middle of what is said, then goes on well. */
export type Behaviour = 'well' | 'mute' | 'slow' | 'broken-json' | 'huge' | 'cuts'

export interface SpeechServerState {
  behaviour: Behaviour
  /** How much audio a connection may bring before `cuts` breaks it. */
  cutAfterMs: number
  readonly recognise: () => Recogniser
  /** What opened connections and requests said of themselves. */
  readonly asked: { readonly url: string; readonly authorization: string | undefined }[]
  /** Text messages that came. */
  readonly texts: string[]
  audioMs: number
}

/**
 * Engines as their public protocols describe them, behind TLS: `/v1/listen` (Deepgram), `/vosk` (vosk-server),
 * `/v1/audio/transcriptions` (OpenAI), `/speech` (ours). What they hear, they hear in the audio that they are given.
 */
export interface SpeechServers extends AsyncDisposable {
  readonly port: number
  readonly caPem: string
  readonly state: SpeechServerState
  /** Which of the servers of `/v1/audio/transcriptions` it takes after. */
  dialect: Dialect
  /** The keys of `Authorization` that are taken: `Token …`, `Bearer …`. */
  readonly key: string
}

export async function startSpeechServers(options: {
  readonly recognise: () => Recogniser
  readonly key?: string
  /** Names on the certificate. */
  readonly names?: readonly string[]
}): Promise<SpeechServers> {
  const { recognise, key = 'speech-key', names = ['localhost', '127.0.0.1'] } = options
  const pki = await createPki()
  const { certPem, keyPem } = await pki.issue([...names])
  const state: SpeechServerState = {
    behaviour: 'well',
    cutAfterMs: 0,
    recognise,
    asked: [],
    texts: [],
    audioMs: 0,
  }
  const server = createServer({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' })
  const servers = { dialect: 'openai' as Dialect }
  const transcriptions = transcriptionsServer(state, key, () => servers.dialect)
  server.on('request', (request, response) => {
    state.asked.push({ url: request.url ?? '', authorization: request.headers.authorization })
    transcriptions(request, response).catch(() => response.destroy())
  })
  const sockets = acceptSockets(server, state, key)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(servers, {
    port: (server.address() as AddressInfo).port,
    caPem: pki.caPem,
    state,
    key,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  })
}

type Serve = (socket: WebSocket, url: URL, state: SpeechServerState) => void

function acceptSockets(server: Server, state: SpeechServerState, key: string): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const places: Readonly<Record<string, { readonly serve: Serve; readonly authorization?: string }>> = {
    '/v1/listen': { serve: deepgramServer, authorization: `Token ${key}` },
    '/vosk': { serve: voskServer },
    '/speech': { serve: jsonSpeechServer, authorization: `Bearer ${key}` },
  }
  server.on('upgrade', (request, socket, head): unknown => {
    const url = new URL(request.url ?? '', 'wss://localhost')
    const { authorization } = request.headers
    state.asked.push({ url: request.url ?? '', authorization })
    const place = places[url.pathname]
    const refuse = (status: string) =>
      socket.end(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`)
    if (place === undefined) return refuse('404 Not Found')
    if (place.authorization !== undefined && place.authorization !== authorization)
      return refuse('401 Unauthorized')
    return sockets.handleUpgrade(request, socket, head, (opened) => place.serve(opened, url, state))
  })
  return sockets
}
