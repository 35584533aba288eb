import type { WebSocket } from 'ws'
import { numbersIn } from './numbered-speech.ts'

/** What an app heard of a caller whose every 20 ms are numbered, and when by the stream's own time. */
export interface TimedStream {
  readonly heard: { readonly timestampMs: number; readonly numbers: readonly number[] }[]
}

/** Only listens. */
export function timeStream(socket: WebSocket): TimedStream {
  const heard: TimedStream['heard'] = []
  socket.on('message', (data: Buffer) => {
    const { event, media } = JSON.parse(data.toString()) as {
      event: string
      media?: { payload: string; timestamp: string }
    }
    if (event !== 'media' || media === undefined) return
    heard.push({
      timestampMs: Number(media.timestamp),
      numbers: numbersIn(Uint8Array.fromBase64(media.payload)),
    })
  })
  socket.on('error', () => socket.terminate())
  return { heard }
}
