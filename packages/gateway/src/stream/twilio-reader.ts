import type { AppMessage } from './wire.ts'
import { decodeBase64, ignored, isRecord, readAudio, readMark, readRecord, type Json } from './wire-json.ts'

const nothing: AppMessage = { kind: 'ignored' }

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
function readKnown(message: Buffer, { head, tail }: Shape): Uint8Array | undefined {
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
  const value = readRecord(message)
  const [read = nothing] = value === undefined ? [] : messagesOf(value)
  return read
}

function messagesOf({ event, media, mark }: Json): readonly AppMessage[] {
  switch (event) {
    case 'media':
      return isRecord(media) ? readAudio(media['payload'], (ulaw) => ({ ulaw })) : ignored
    case 'mark':
      return isRecord(mark) ? readMark(mark['name']) : ignored
    case 'clear':
      return [{ kind: 'clear' }]
    default:
      return ignored
  }
}
