import { isUtf8 } from 'node:buffer'
import type { AppMessage } from './wire.ts'

/** Longer than any label in use; each pending mark keeps its name in memory. */
const maxMarkNameLength = 4_096
const ignored: AppMessage = { kind: 'ignored' }
const clear: AppMessage = { kind: 'clear' }

export type ReadAppMessage = (message: Buffer) => AppMessage

/**
 * Reads the text messages of one app. Whatever is not understood is `ignored`, never an error: broken JSON, unknown
 * events, audio that is not base64. The stream's SID in a message is not looked at, as in other implementations.
 */
export function twilioReader(streamSid: string): ReadAppMessage {
  const shapes = knownShapes(streamSid)
  return (message) => {
    for (const shape of shapes) {
      const audio = readKnown(message, shape)
      if (audio !== undefined) return { kind: 'audio', ulaw: audio }
    }
    return readJson(message)
  }
}

interface Shape {
  readonly head: Buffer
  readonly tail: Buffer
}

/** How JSON.stringify and Python's json.dumps write the documented audio message. */
function knownShapes(streamSid: string): Shape[] {
  const message = { event: 'media', streamSid, media: { payload: '\n' } }
  const compact = JSON.stringify(message)
  const spaced = `{"event": "media", "streamSid": ${JSON.stringify(streamSid)}, "media": {"payload": "\\n"}}`
  return [compact, spaced].map((text) => {
    const [head = '', tail = ''] = text.split('\\n')
    return { head: Buffer.from(head), tail: Buffer.from(tail) }
  })
}

/**
 * Most messages are audio in exactly a known shape: the payload is then decoded where it stands. A payload that
 * is not clean base64 (it may hold a quote, so the shape may not be what it seems) is left to `readJson`.
 */
function readKnown(message: Buffer, { head, tail }: Shape): Buffer | undefined {
  const payloadEnd = message.length - tail.length
  if (payloadEnd <= head.length) return undefined
  if (!hasAt(message, tail, payloadEnd) || !hasAt(message, head, 0)) return undefined
  return decodeBase64(message.toString('latin1', head.length, payloadEnd))
}

/** A loop, because a call into native code costs more than the ninety bytes do. */
function hasAt(message: Buffer, part: Buffer, at: number): boolean {
  for (let i = 0; i < part.length; i += 1) if (message[at + i] !== part[i]) return false
  return true
}

function readJson(message: Buffer): AppMessage {
  const value = parse(message)
  if (!isRecord(value)) return ignored
  switch (value['event']) {
    case 'media':
      return readMedia(value['media'])
    case 'mark':
      return readMark(value['mark'])
    case 'clear':
      return clear
    default:
      return ignored
  }
}

function parse(message: Buffer): unknown {
  if (!isUtf8(message)) return undefined
  try {
    return JSON.parse(message.toString('utf8'))
  } catch {
    return undefined
  }
}

function readMedia(media: unknown): AppMessage {
  if (!isRecord(media) || typeof media['payload'] !== 'string') return ignored
  const ulaw = decodeBase64(media['payload'])
  return ulaw === undefined ? ignored : { kind: 'audio', ulaw }
}

function readMark(mark: unknown): AppMessage {
  if (!isRecord(mark) || typeof mark['name'] !== 'string') return ignored
  const name = mark['name']
  return name.length > maxMarkNameLength ? ignored : { kind: 'mark', name }
}

/**
 * Node decodes leniently and drops what it does not know: a result shorter than the text promises was not clean.
 */
function decodeBase64(text: string): Buffer | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const symbols = text.length - padding
  if (symbols === 0 || symbols % 4 === 1) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === Math.floor((symbols * 3) / 4) ? bytes : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
