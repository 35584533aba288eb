import { boundedQueue } from '#kernel'
import type { Track } from './contract.ts'

export interface SendWindow {
  /** Sends 20 ms of audio, or keeps a copy while the app is slow; returns how many frames were dropped for it. */
  push(track: Track, ulaw: Uint8Array, timestampMs: number, wide?: Int16Array): number
  /** The app has read on: sends what waits. */
  drained(): void
}

export interface SendWindowOptions {
  /**
   * Sends one frame, in the order of the calls; false when the socket's own buffer is full with it. Nothing can be
   * taken back from there, so nothing more goes in until `drained`.
   */
  readonly send: (track: Track, ulaw: Uint8Array, timestampMs: number, wide?: Int16Array) => boolean
  readonly maxBehindMs: number
}

interface Frame {
  readonly track: Track
  readonly ulaw: Uint8Array
  readonly timestampMs: number
  readonly wide: Int16Array | undefined
}

const frameMs = 20

/**
 * Live audio to an app that may read slowly. Frames wait here; once `maxBehindMs` wait, the oldest is dropped; when
 * the app reads on, all that waits goes out at once. A slow spell costs audio, but no memory and no lasting delay.
 */
export function sendWindow(options: SendWindowOptions): SendWindow {
  const limit = Math.max(1, Math.floor(options.maxBehindMs / frameMs))
  const waiting = boundedQueue<Frame>({ limit, overflow: 'dropOldest' })
  let isOpen = true
  return {
    push(track, ulaw, timestampMs, wide) {
      if (isOpen) {
        isOpen = options.send(track, ulaw, timestampMs, wide)
        return 0
      }
      const droppedBefore = waiting.dropped
      waiting.push({ track, ulaw: new Uint8Array(ulaw), timestampMs, wide: wide?.slice() })
      return waiting.dropped - droppedBefore
    },
    drained() {
      isOpen = true
      while (isOpen) {
        const frame = waiting.shift()
        if (frame === undefined) return
        isOpen = options.send(frame.track, frame.ulaw, frame.timestampMs, frame.wide)
      }
    },
  }
}
