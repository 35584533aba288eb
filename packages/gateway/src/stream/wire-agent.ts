import { decoder, isWide, type AudioForm } from './wire-audio.ts'
import { audioOf, ignored, isRecord, readAudio, readRecord, type Json } from './wire-json.ts'
import { optionOf, type WireSetup } from './wire-setup.ts'
import type { AppMessage, Outgoing, StreamWire } from './wire.ts'
import { wireTrack } from './wire-track.ts'

const defaultFrameMs = 20
const maxArguments = 16 * 1_024
const rates = [8_000, 16_000, 24_000] as const

/** A message with audio in it: its type, and where in it the audio is, as base64. */
interface AudioWord {
  readonly type: string
  readonly field: string
}

/**
 * A speech-to-speech server that speaks its own words over a WebSocket. Audio is binary, or base64 in a JSON message; a message's type is in one
 * member. Options: `encoding` `ulaw`, `alaw`, `s16le` or `s16be`, `rate` 8000, 16000 or 24000, `receive_rate` where the server's own audio differs, `frame_ms`; `type_field`; `begin`: objects to send first; `send_audio` and
 * `receive_audio`: `{type, field}` where audio is base64; `clear`, `end`, `tool_call`: types of the server's messages; `tool_result`, `keys`: of ours. A tool
 * call has `id`, `name` and `arguments`, its result `id` and `output`. All else that the server says is passed to nobody.
 */
export function agentWire(setup: WireSetup): StreamWire {
  const { options } = setup
  const form: AudioForm = {
    encoding: optionOf(setup, 'encoding', ['s16le', 'ulaw', 'alaw', 's16be']),
    rateHz: optionOf(setup, 'rate', rates),
  }
  const heardForm = { ...form, rateHz: optionOf(setup, 'receive_rate', [form.rateHz, ...rates]) }
  const chunkMs = typeof options['frame_ms'] === 'number' ? options['frame_ms'] : defaultFrameMs
  const track = wireTrack({ form, chunkMs, fill: true })
  const [sends, receives] = [wordOf(options['send_audio']), wordOf(options['receive_audio'])]
  const typeField = textOf(options['type_field'], 'type')
  let decode = decoder(heardForm, setup.band.saysWide)
  const tools = new Set(textsOf(options['tools'], []))
  const [clears, ends] = [textsOf(options['clear'], ['clear', 'interrupt']), textsOf(options['end'], ['end'])]
  const toolCall = textOf(options['tool_call'], 'tool.call')
  const toolResult = textOf(options['tool_result'], 'tool.result')
  const write = (type: string, fields: object): Outgoing => JSON.stringify({ [typeField]: type, ...fields })

  const refusal = (id: string, error: string): Outgoing =>
    write(toolResult, { id, output: JSON.stringify({ error }) })
  const refuse = (id: string, error: string): readonly AppMessage[] => [
    { kind: 'reply', message: refusal(id, error) },
  ]
  const readTool = ({ id, name, arguments: asked }: Json): readonly AppMessage[] => {
    if (typeof id !== 'string' || typeof name !== 'string') return ignored
    const given = typeof asked === 'string' ? asked : JSON.stringify(asked ?? {})
    if (!tools.has(name)) return refuse(id, 'there is no such tool')
    if (given.length > maxArguments) return refuse(id, 'the arguments are too long')
    const message = { type: 'tool.call', id, name, arguments: given }
    return [{ kind: 'said', message, refusal: () => refusal(id, 'too many tools at a time') }]
  }

  return {
    begin: () =>
      Array.isArray(options['begin']) ? options['begin'].map((each) => JSON.stringify(each)) : [],
    isWide: isWide(form),
    audio(from, ulaw, timestampMs, wide) {
      const piece = from === 'outbound' ? undefined : track.push(ulaw, timestampMs, wide)
      if (piece === undefined || sends === undefined) return piece?.bytes
      return write(sends.type, { [sends.field]: piece.bytes.toBase64() })
    },
    dtmf: (digit, durationMs) =>
      typeof options['keys'] === 'string'
        ? write(options['keys'], { digit, duration_ms: durationMs })
        : undefined,
    mark: () => undefined,
    tell(notice) {
      if (notice.kind !== 'message') return undefined
      const { type, id, output }: { type?: unknown; id?: unknown; output?: unknown } = notice.message
      return type === 'tool.result' ? write(toolResult, { id, output }) : undefined
    },
    stop: () => [],
    read(payload, isText) {
      if (!isText) return receives === undefined ? audioOf(decode(payload)) : ignored
      const message = readRecord(payload)
      const type = message?.[typeField]
      if (message === undefined || typeof type !== 'string') return ignored
      if (type === receives?.type) return readAudio(message[receives.field], decode)
      if (clears.includes(type)) {
        decode = decoder(heardForm, setup.band.saysWide) // half a sample that waits is not the first half of another
        return [{ kind: 'clear' }]
      }
      if (ends.includes(type)) return [{ kind: 'end' }]
      return type === toolCall ? readTool(message) : []
    },
  }
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

function textsOf(value: unknown, otherwise: readonly string[]): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : otherwise
}

function wordOf(value: unknown): AudioWord | undefined {
  if (!isRecord(value) || typeof value['type'] !== 'string' || typeof value['field'] !== 'string')
    return undefined
  return { type: value['type'], field: value['field'] }
}
