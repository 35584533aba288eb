import { audioItems } from './audio-items.ts'
import { audioOf, decodeBase64, ignored, isRecord, readRecord, type Json } from './wire-json.ts'
import type { WireSetup } from './wire-setup.ts'
import type { AppMessage, Notice, Outgoing, StreamWire } from './wire.ts'
import { wireTrack } from './wire-track.ts'

const form = { encoding: 'ulaw', rateHz: 8_000 } as const
const frameMs = 20
/** What the model hands to a tool; more than that is refused. */
const maxArguments = 16 * 1_024

/**
 * The OpenAI Realtime API (GA), as its client: µ-law both ways; a caller who cuts in stops what plays, and the model is told how much of it was
 * really played. Tool calls go to the main thread as `{type: "tool.call", id, name, arguments}`; it answers with `{type: "tool.result", id, output}` and
 * then `{type: "respond"}`. Options: `session` (a session of that API; its formats are set here), `speaks_first`, `barge_in`, `call_instructions`. What is
 * told of the words on either side is passed to nobody.
 */
export function openaiWire(setup: WireSetup): StreamWire {
  return new OpenaiWire(setup)
}

class OpenaiWire implements StreamWire {
  readonly #options: Json
  readonly #tools: ReadonlySet<string>
  readonly #track = wireTrack({ form, chunkMs: frameMs, fill: true })
  readonly #items = audioItems()
  /** The response that the model is at; what is left of one that was cut off is not played. */
  #response: string | undefined
  #cutOff: string | undefined
  #isAskedToRespond = false

  constructor({ options }: WireSetup) {
    this.#options = options
    this.#tools = new Set(toolNames(options['session']))
  }

  begin(): readonly Outgoing[] {
    const update = JSON.stringify({ type: 'session.update', session: sessionOf(this.#options) })
    return this.#options['speaks_first'] === false ? [update] : [update, respond]
  }

  audio(track: 'inbound' | 'outbound', ulaw: Uint8Array, timestampMs: number): Outgoing | undefined {
    if (track === 'outbound') return undefined
    const piece = this.#track.push(ulaw, timestampMs)
    return piece && `{"type":"input_audio_buffer.append","audio":"${piece.bytes.toBase64()}"}`
  }

  dtmf(): undefined {}
  mark(): undefined {}

  tell(notice: Notice): Outgoing | undefined {
    if (notice.kind !== 'message') return undefined
    const { type, id, output }: { type?: unknown; id?: unknown; output?: unknown } = notice.message
    if (type === 'respond') return this.#respond()
    return type === 'tool.result' ? resultOf(id, output) : undefined
  }

  stop(): readonly Outgoing[] {
    return []
  }

  read(payload: Buffer, isText: boolean): readonly AppMessage[] {
    const event = isText ? readRecord(payload) : undefined
    if (event === undefined) return ignored
    switch (event['type']) {
      case 'response.output_audio.delta':
        return this.#play(event)
      case 'input_audio_buffer.speech_started':
        return this.#options['barge_in'] === false ? [] : [this.#cutIn()]
      case 'response.created':
        this.#response = idOf(event['response'])
        return []
      case 'response.done':
        return this.#responded(idOf(event['response']))
      case 'response.output_item.done':
        return this.#item(event['item'])
      case 'error':
        return [{ kind: 'said', message: { type: 'error', code: codeOf(event['error']) } }]
      default:
        return typeof event['type'] === 'string' && known.test(event['type']) ? [] : ignored
    }
  }

  #play(event: Json): readonly AppMessage[] {
    if (event['response_id'] !== undefined && event['response_id'] === this.#cutOff) return []
    const ulaw = decodeBase64(event['delta'])
    if (ulaw === undefined) return ignored
    const { item_id: id, content_index: contentIndex } = event
    if (typeof id === 'string') this.#items.add(id, Number(contentIndex) || 0, ulaw.length)
    return audioOf({ ulaw })
  }

  /** The caller speaks: what waits is thrown away, and the model learns where it was cut off. */
  #cutIn(): AppMessage {
    this.#cutOff = this.#response
    const reply = (droppedMs: number): Outgoing | undefined => {
      const cut = this.#items.cut(droppedMs)
      return (
        cut &&
        JSON.stringify({
          type: 'conversation.item.truncate',
          item_id: cut.id,
          content_index: cut.contentIndex,
          audio_end_ms: cut.playedMs,
        })
      )
    }
    return { kind: 'clear', reply }
  }

  #item(item: unknown): readonly AppMessage[] {
    if (!isRecord(item) || item['type'] !== 'function_call') return []
    const { call_id: id, name, arguments: given } = item
    if (typeof id !== 'string' || typeof name !== 'string' || typeof given !== 'string') return ignored
    if (!this.#tools.has(name)) return [{ kind: 'reply', message: refused(id, 'there is no such tool') }]
    if (given.length > maxArguments)
      return [{ kind: 'reply', message: refused(id, 'the arguments are too long') }]
    const refusal = () => refused(id, 'too many tools at a time')
    return [{ kind: 'said', message: { type: 'tool.call', id, name, arguments: given }, refusal }]
  }

  /** The API takes no second response while there is one. */
  #respond(): Outgoing | undefined {
    if (this.#response === undefined) return respond
    this.#isAskedToRespond = true
    return undefined
  }

  #responded(id: string | undefined): readonly AppMessage[] {
    if (id === this.#response) this.#response = undefined
    if (!this.#isAskedToRespond || this.#response !== undefined) return []
    this.#isAskedToRespond = false
    return [{ kind: 'reply', message: respond }]
  }
}

const respond = '{"type":"response.create"}'
/** Families of server events that need nothing done, transcripts of either side among them. */
const known =
  /^(?:session|conversation|response|input_audio_buffer|output_audio_buffer|rate_limits|mcp_list_tools)\.[a-z_.]{1,80}$/

function resultOf(id: unknown, output: unknown): string {
  const item = { type: 'function_call_output', call_id: id, output }
  return JSON.stringify({ type: 'conversation.item.create', item })
}

function refused(id: string, error: string): string {
  return resultOf(id, JSON.stringify({ error }))
}

function idOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value['id'] === 'string' ? value['id'] : undefined
}

/** A word from the API's own list: its messages may repeat what was said. */
function codeOf(error: unknown): string {
  const code = isRecord(error) ? (error['code'] ?? error['type']) : undefined
  return typeof code === 'string' && /^[a-z0-9_]{1,64}$/.test(code) ? code : 'unknown'
}

export function toolNames(session: unknown): readonly string[] {
  const tools = isRecord(session) && Array.isArray(session['tools']) ? (session['tools'] as unknown[]) : []
  return tools.flatMap((tool) => (isRecord(tool) && typeof tool['name'] === 'string' ? [tool['name']] : []))
}

/** The session that was asked for, with the forms that we speak. */
function sessionOf({ session, call_instructions: more }: Json): Json {
  const asked: Json = isRecord(session) ? session : {}
  const audio: Json = isRecord(asked['audio']) ? asked['audio'] : {}
  const [input, output] = [audio['input'], audio['output']].map((side) => ({
    ...(isRecord(side) ? side : {}),
    format: { type: 'audio/pcmu' },
  }))
  const words = [asked['instructions'], more].filter((text) => typeof text === 'string' && text !== '')
  return {
    ...asked,
    type: 'realtime',
    output_modalities: ['audio'],
    ...(words.length > 0 && { instructions: words.join('\n\n') }),
    audio: { ...audio, input, output },
  }
}
