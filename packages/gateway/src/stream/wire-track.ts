import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { encoder, type AudioForm } from './wire-audio.ts'

const bytesPerMs = 8
/** A longer hole is a pause that an app need not sit through. */
const maxFilledMs = 10_000

export interface Piece {
  /** In the wire's own form; fresh memory. */
  readonly bytes: Uint8Array
  /** Of its first sample, from the start of the stream. */
  readonly timestampMs: number
}

/** One track on its way to the app. */
export interface WireTrack {
  /** Takes µ-law, and the same time at 16 kHz where there is that, both borrowed until the call returns; returns what is due. */
  push(ulaw: Uint8Array, timestampMs: number, wide?: Int16Array): Piece | undefined
  /** What waits, at the end. */
  flush(): Piece | undefined
}

/**
 * Makes pieces of at least `chunkMs`. With `fill`, what was lost on the way is replaced by silence, as a wire without timestamps needs it:
 * its app would else take a pause to be shorter than it was.
 */
export function wireTrack({
  form,
  chunkMs,
  fill,
}: {
  readonly form: AudioForm
  readonly chunkMs: number
  readonly fill: boolean
}): WireTrack {
  const encode = encoder(form)
  let waiting: Uint8Array[] = []
  let waitingMs = 0
  let startMs = 0
  let nextMs: number | undefined
  const keep = (ulaw: Uint8Array, wide?: Int16Array) => {
    waiting.push(encode(ulaw, wide))
    waitingMs += ulaw.length / bytesPerMs
  }
  const flush = (): Piece | undefined => {
    if (waitingMs === 0) return undefined
    const bytes = joined(waiting)
    waiting = []
    waitingMs = 0
    return { bytes, timestampMs: startMs }
  }
  return {
    flush,
    push(ulaw, timestampMs, wide) {
      const missingMs = fill && nextMs !== undefined ? Math.min(timestampMs - nextMs, maxFilledMs) : 0
      if (waitingMs === 0) startMs = missingMs > 0 ? timestampMs - missingMs : timestampMs
      if (missingMs > 0) keep(new Uint8Array(missingMs * bytesPerMs).fill(ULAW_SILENCE))
      keep(ulaw, wide)
      nextMs = timestampMs + ulaw.length / bytesPerMs
      return waitingMs >= chunkMs ? flush() : undefined
    },
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
