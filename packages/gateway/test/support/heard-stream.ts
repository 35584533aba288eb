import { decodeUlaw } from '@voxkeep/wire/g711'
import type { WebSocket } from 'ws'
import { watch } from './watch.ts'

/** One stream of an app: what came over it. Audio is said back as it comes. */
export interface HeardStream {
  /** The caller's audio, µ-law, in the order it came. */
  readonly ulaw: () => Uint8Array
  readonly samples: () => Int16Array
  readonly digits: () => string
  /** How long after its own time each frame came, in milliseconds, counted from the stream's start. */
  readonly lateMs: () => readonly number[]
  /** Resolves when the caller has been heard for so long, silence included. */
  heard(seconds: number, timeoutMs?: number): Promise<void>
  pressed(digits: string, timeoutMs?: number): Promise<void>
  /** Resolves when the socket is closed, by either side. */
  readonly stopped: Promise<void>
  close(): void
}

interface StreamMessage {
  readonly event: string
  readonly streamSid?: string
  readonly media?: { readonly track: string; readonly payload: string; readonly timestamp?: string }
  readonly dtmf?: { readonly digit: string }
}

const bytesPerSecond = 8_000

export function hearStream(socket: WebSocket): HeardStream {
  const { changed, until } = watch()
  const frames: Uint8Array[] = []
  let bytes = 0
  let digits = ''
  let streamSid = ''
  let startedMs = 0
  const late: number[] = []
  const hear = (message: StreamMessage): void => {
    if (message.event === 'start') {
      streamSid = message.streamSid ?? ''
      startedMs = performance.now()
    }
    if (message.event === 'dtmf') digits += message.dtmf?.digit ?? ''
    if (message.event !== 'media' || message.media?.track !== 'inbound') return
    const { payload, timestamp } = message.media
    late.push(performance.now() - startedMs - Number(timestamp))
    const frame = Uint8Array.fromBase64(payload)
    frames.push(frame)
    bytes += frame.length
    socket.send(JSON.stringify({ event: 'media', streamSid, media: { payload } }))
  }
  socket.on('message', (data: Buffer) => {
    hear(JSON.parse(data.toString()) as StreamMessage)
    changed()
  })
  socket.on('error', () => socket.terminate())
  const ulaw = () => new Uint8Array(Buffer.concat(frames))
  return {
    ulaw,
    samples: () => decodeUlaw(ulaw(), new Int16Array(bytes)),
    digits: () => digits,
    lateMs: () => late,
    heard: async (seconds, timeoutMs = 20_000) =>
      void (await until(`${seconds} s of the caller`, () => bytes >= seconds * bytesPerSecond, timeoutMs)),
    pressed: async (wanted, timeoutMs) =>
      void (await until(`the digits ${wanted}`, () => digits.includes(wanted), timeoutMs)),
    stopped: new Promise((resolve) => socket.once('close', () => resolve())),
    close: () => socket.close(1_000),
  }
}
