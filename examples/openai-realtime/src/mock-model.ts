import { once } from 'node:events'
import { speechDetector, ulaw } from '@voxkeep/sdk'
import { WebSocketServer, type WebSocket } from 'ws'

/** A stand-in for the OpenAI Realtime API, for a machine without an account: its model is a parrot. */
export interface MockModel extends AsyncDisposable {
  readonly url: string
  /** What clients sent, without audio. */
  readonly events: readonly ClientEvent[]
  /** How long the callers spoke, all in all. */
  heardMs(): number
}

export interface ClientEvent {
  readonly type: string
  readonly audio?: string
  readonly item_id?: string
  readonly audio_end_ms?: number
}

const rateHz = 8_000
const pieceMs = 100
const noticesMs = 500 // how much of a sentence is over until its beginning is noticed, with room

/** Starts it on a free port of this machine. It greets with two tones, and says back each sentence that it hears. */
export async function startMockModel(): Promise<MockModel> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const events: ClientEvent[] = []
  let spokenMs = 0
  server.on('connection', (socket) => {
    const parrot = parrotOf(socket)
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as ClientEvent
      if (event.type === 'input_audio_buffer.append')
        spokenMs += parrot.hear(Buffer.from(event.audio ?? '', 'base64'))
      else events.push(event)
      if (event.type === 'response.create') parrot.say(greeting())
    })
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as { port: number }).port}`,
    events,
    heardMs: () => spokenMs,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

function parrotOf(socket: WebSocket) {
  const detect = speechDetector(rateHz, { hangoverMs: 700 })
  const tell = (event: object) => socket.send(JSON.stringify(event))
  let sentence: number[] | undefined
  let before: number[] = []
  let items = 0
  const say = (audio: Uint8Array) => {
    const ids = {
      item_id: `item_${(items += 1)}`,
      response_id: `resp_${items}`,
      output_index: 0,
      content_index: 0,
    }
    tell({ type: 'response.created', response: { id: ids.response_id } })
    // All at once, far faster than it is heard, as the real one does.
    for (let at = 0; at < audio.length; at += pieceMs * 8) {
      const delta = Buffer.from(audio.subarray(at, at + pieceMs * 8)).toString('base64')
      tell({ type: 'response.output_audio.delta', ...ids, delta })
    }
    tell({ type: 'response.output_audio.done', ...ids })
    tell({ type: 'response.done', response: { id: ids.response_id, status: 'completed' } })
  }
  return {
    say,
    /** How much of it was speech, in milliseconds. */
    hear(audio: Uint8Array): number {
      sentence?.push(...audio)
      before = [...before, ...audio].slice(-noticesMs * 8)
      const change = detect(ulaw.decode(audio))
      if (change === 'started') {
        sentence = [...before]
        tell({ type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: 'caller' })
      } else if (change === 'stopped' && sentence !== undefined) {
        tell({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 0, item_id: 'caller' })
        say(Uint8Array.from(sentence))
        sentence = undefined
      }
      return sentence === undefined ? 0 : audio.length / 8
    },
  }
}

/** Two tones of half a second. */
function greeting(): Uint8Array {
  const sample = (_: unknown, index: number) =>
    Math.round(6_000 * Math.sin((2 * Math.PI * (index < rateHz / 2 ? 440 : 660) * index) / rateHz))
  return ulaw.encode(Int16Array.from({ length: rateHz }, sample))
}
