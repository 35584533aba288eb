import { boundedQueue } from '#kernel'
import type { Track } from './contract.ts'

/** The part of a WebSocket that the window needs. */
export interface Pipe {
  readonly bufferedAmount: number
  /** `sent` is called once the message has left for the kernel. */
  send(message: string, sent?: () => void): void
}

export interface SendWindow {
  /** Sends 20 ms of audio, or keeps a copy while the app is slow; returns how many frames were dropped for it. */
  push(track: Track, ulaw: Uint8Array, timestampMs: number): number
}

export interface SendWindowOptions {
  readonly pipe: Pipe
  readonly maxBehindMs: number
  /** Called in the order of sending, so that the numbers it assigns have no holes. */
  readonly encode: (track: Track, ulaw: Uint8Array, timestampMs: number) => string
}

interface Frame {
  readonly track: Track
  readonly ulaw: Uint8Array
  readonly timestampMs: number
}

const frameMs = 20
/** What may lie in the socket's own buffer, where nothing can be taken back: about one second of audio. */
const highWaterBytes = 16 * 1_024

/**
 * Live audio to an app that may read slowly. Frames wait here; once `maxBehindMs` wait, the oldest is dropped; when
 * the app reads on, all that waits goes out at once. A slow spell costs audio, but no memory and no lasting delay.
 */
export function sendWindow(options: SendWindowOptions): SendWindow {
  const { pipe, encode } = options
  const limit = Math.max(1, Math.floor(options.maxBehindMs / frameMs))
  const waiting = boundedQueue<Frame>({ limit, overflow: 'dropOldest' })
  let blocked = false

  function transmit(track: Track, ulaw: Uint8Array, timestampMs: number): void {
    const message = encode(track, ulaw, timestampMs)
    if (pipe.bufferedAmount < highWaterBytes) return pipe.send(message)
    blocked = true
    pipe.send(message, drained)
  }

  function drained(): void {
    blocked = false
    while (!blocked) {
      const frame = waiting.shift()
      if (frame === undefined) return
      transmit(frame.track, frame.ulaw, frame.timestampMs)
    }
  }

  return {
    push(track, ulaw, timestampMs) {
      if (!blocked) {
        transmit(track, ulaw, timestampMs)
        return 0
      }
      const droppedBefore = waiting.dropped
      waiting.push({ track, ulaw: ulaw.slice(), timestampMs })
      return waiting.dropped - droppedBefore
    },
  }
}
