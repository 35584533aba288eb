import { once } from 'node:events'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { WebSocketServer, type WebSocket } from 'ws'

export interface ClientEvent {
  readonly type: string
  readonly audio?: string
  readonly audio_end_ms?: number
  readonly item_id?: string
}

/** A local server that speaks the OpenAI Realtime protocol as far as a voice conversation goes. Its "model" says tones. */
export interface MockRealtime extends AsyncDisposable {
  readonly url: string
  /** Every event that the client sent, in order, without the audio appends. */
  readonly events: ClientEvent[]
  /** The caller's audio as the model got it, µ-law. */
  heard(): Uint8Array
  /** Says a tone as one response, in pieces of 100 ms, all at once: far faster than it plays. */
  say(response: string, hz: number, seconds: number): void
  /** The server's voice activity detection: somebody began to speak. */
  speechStarted(): void
}

const pieceMs = 100
const samplesPerMs = 8

export async function startMockRealtime(): Promise<MockRealtime> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const events: ClientEvent[] = []
  const heard: Uint8Array[] = []
  let client: WebSocket | undefined
  const send = (event: object) => client?.send(JSON.stringify(event))
  server.on('connection', (socket) => {
    client = socket
    send({ type: 'session.created', event_id: 'e0', session: { id: 'sess_1', type: 'realtime' } })
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as ClientEvent & { session?: object }
      if (event.type === 'input_audio_buffer.append') heard.push(Uint8Array.fromBase64(event.audio ?? ''))
      else events.push(event)
      if (event.type === 'session.update')
        send({ type: 'session.updated', event_id: 'e1', session: event.session })
    })
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as { port: number }).port}`,
    events,
    heard: () => new Uint8Array(Buffer.concat(heard)),
    say(response, hz, seconds) {
      const item = `item_${response}`
      const ids = { response_id: response, item_id: item, output_index: 0, content_index: 0 }
      send({ type: 'response.created', event_id: 'e2', response: { id: response, status: 'in_progress' } })
      send({
        type: 'response.output_item.added',
        event_id: 'e3',
        response_id: response,
        output_index: 0,
        item: { id: item, type: 'message', role: 'assistant', status: 'in_progress', content: [] },
      })
      for (const piece of pieces(hz, seconds))
        send({ type: 'response.output_audio.delta', event_id: 'e4', ...ids, delta: piece })
      send({ type: 'response.output_audio.done', event_id: 'e5', ...ids })
      send({
        type: 'response.done',
        event_id: 'e6',
        response: { id: response, status: 'completed', output: [] },
      })
    },
    speechStarted: () =>
      send({
        type: 'input_audio_buffer.speech_started',
        event_id: 'e7',
        audio_start_ms: 0,
        item_id: 'item_user',
      }),
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A tone in base64 µ-law pieces of 100 ms. */
function pieces(hz: number, seconds: number): string[] {
  const amplitude = 8_000
  const samples = Int16Array.from({ length: seconds * 1_000 * samplesPerMs }, (_, index) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * index) / 8_000)),
  )
  const ulaw = encodeUlaw(samples, new Uint8Array(samples.length))
  const size = pieceMs * samplesPerMs
  return Array.from({ length: ulaw.length / size }, (_, index) =>
    ulaw.slice(index * size, (index + 1) * size).toBase64(),
  )
}
