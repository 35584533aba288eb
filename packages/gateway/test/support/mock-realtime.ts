import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer as createPlain } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { encodeUlaw } from '@voxkeep/wire/g711'
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { WebSocketServer, type WebSocket } from 'ws'

export interface ClientEvent {
  readonly type: string
  readonly audio?: string
  readonly audio_end_ms?: number
  readonly item_id?: string
  readonly session?: Readonly<Record<string, unknown>>
  readonly item?: Readonly<Record<string, unknown>>
}

/** A local server that speaks the OpenAI Realtime protocol as far as a voice conversation goes. Its "model" says tones. */
export interface MockRealtime extends AsyncDisposable {
  readonly url: string
  /** Every event that the client sent, in order, without the audio appends. */
  readonly events: ClientEvent[]
  /** What the client did that the API would answer with an error, by its code. */
  readonly faults: string[]
  /** Of the last client’s upgrade. */
  request(): { readonly headers: IncomingHttpHeaders; readonly path: string }
  /** The caller's audio as the model got it, µ-law. */
  heard(): Uint8Array
  /** Says a tone as one response, in pieces of 100 ms, all at once: far faster than it plays. */
  say(response: string, hz: number, seconds: number): void
  /** Asks for a tool, as one response. */
  callTool(response: string, name: string, given: object): void
  /** The server's voice activity detection: somebody began to speak. */
  speechStarted(): void
}

const pieceMs = 100
const samplesPerMs = 8
const eventId = 'event_1'

/** @param tls - Without it the server speaks plaintext, for a client in the same process. */
export async function startMockRealtime(tls?: {
  readonly cert: string
  readonly key: string
}): Promise<MockRealtime> {
  const http = tls === undefined ? createPlain() : createSecure(tls)
  const server = new WebSocketServer({ server: http })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const model = new Model()
  server.on('connection', (socket, { headers, url: path = '' }) => model.serve(socket, { headers, path }))
  const { port } = http.address() as { port: number }
  return {
    url: `${tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}`,
    events: model.events,
    faults: model.faults,
    request: () => model.request,
    heard: () => new Uint8Array(Buffer.concat(model.heard)),
    say: (response, hz, seconds) => model.say(response, hz, seconds),
    callTool: (response, name, given) => model.callTool(response, name, given),
    speechStarted: () =>
      model.send({
        type: 'input_audio_buffer.speech_started',
        event_id: eventId,
        audio_start_ms: 0,
        item_id: 'item_user',
      }),
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      http.close()
      await once(http, 'close')
    },
  }
}

class Model {
  readonly events: ClientEvent[] = []
  readonly faults: string[] = []
  readonly heard: Uint8Array[] = []
  request: ReturnType<MockRealtime['request']> = { headers: {}, path: '' }
  /** Of each utterance, in milliseconds. */
  readonly #said = new Map<string, number>()
  readonly #asked = new Set<string>()
  #client: WebSocket | undefined

  serve(socket: WebSocket, request: ReturnType<MockRealtime['request']>): void {
    this.#client = socket
    this.request = request
    this.send({ type: 'session.created', event_id: eventId, session: { type: 'realtime' } })
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as RealtimeClientEvent
      if (event.type === 'input_audio_buffer.append') this.heard.push(Uint8Array.fromBase64(event.audio))
      else this.#take(event)
    })
  }

  /** Typed as the `openai` package has it. */
  send(event: RealtimeServerEvent): void {
    this.#client?.send(JSON.stringify(event))
  }

  #take(event: Exclude<RealtimeClientEvent, { type: 'input_audio_buffer.append' }>): void {
    this.events.push(event as unknown as ClientEvent)
    if (event.type === 'session.update')
      this.send({ type: 'session.updated', event_id: eventId, session: event.session })
    if (event.type === 'conversation.item.truncate') this.#truncate(event)
    if (event.type === 'conversation.item.create') this.#add(event)
  }

  #truncate(event: Extract<RealtimeClientEvent, { type: 'conversation.item.truncate' }>): void {
    const ms = this.#said.get(event.item_id)
    if (ms === undefined) return this.#refuse('item_not_found')
    if (event.audio_end_ms > ms) return this.#refuse('invalid_value')
    this.send({ ...event, type: 'conversation.item.truncated', event_id: eventId })
  }

  #add({ item }: Extract<RealtimeClientEvent, { type: 'conversation.item.create' }>): void {
    if (item.type === 'function_call_output' && !this.#asked.delete(item.call_id))
      return this.#refuse('invalid_tool_call_id')
    this.send({ type: 'conversation.item.added', event_id: eventId, item })
  }

  #refuse(code: string): void {
    this.faults.push(code)
    const error = { type: 'invalid_request_error', code, message: 'no' }
    this.send({ type: 'error', event_id: eventId, error })
  }

  say(response: string, hz: number, seconds: number): void {
    const item = `item_${response}`
    const ids = { event_id: eventId, response_id: response, item_id: item, output_index: 0, content_index: 0 }
    this.#begin(response)
    this.send({
      type: 'response.output_item.added',
      event_id: eventId,
      response_id: response,
      output_index: 0,
      item: { id: item, type: 'message', role: 'assistant', status: 'in_progress', content: [] },
    })
    this.#said.set(item, seconds * 1_000)
    for (const delta of pieces(hz, seconds)) this.send({ type: 'response.output_audio.delta', ...ids, delta })
    this.send({ type: 'response.output_audio.done', ...ids })
    this.#end(response)
  }

  callTool(response: string, name: string, given: object): void {
    const item = {
      id: `item_${response}`,
      type: 'function_call' as const,
      status: 'completed' as const,
      call_id: `call_${response}`,
      name,
      arguments: JSON.stringify(given),
    }
    this.#begin(response)
    this.#asked.add(item.call_id)
    const about = { event_id: eventId, response_id: response, output_index: 0 }
    this.send({ type: 'response.output_item.done', ...about, item })
    this.#end(response)
  }

  #begin(id: string): void {
    this.send({ type: 'response.created', event_id: eventId, response: { id, status: 'in_progress' } })
  }

  #end(id: string): void {
    this.send({ type: 'response.done', event_id: eventId, response: { id, status: 'completed', output: [] } })
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
