import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { plc } from '@voxkeep/wire/jitter'
import { frameSamples } from './caller-track.ts'

/**
 * Frames of somebody who speaks now, on their way to a pacer: a short queue that gives its oldest way, conceals what
 * was lost and works off what piled up, so that a moment of trouble leaves no delay behind.
 */
export interface LiveAudio {
  /** Takes one 20 ms frame (copied); `lost` frames before it never came. */
  push(ulaw: Uint8Array, lost: number): void
  /** Moves the next frame to `out`; false without one. */
  pull(out: Uint8Array): boolean
  clear(): void
  readonly frames: number
  /** Frames that were given up so that the rest is not late. */
  readonly dropped: number
}

/** As much as a peer's jitter brings at once: 120 ms. */
const maxFrames = 6
/** Longer holes are silence: concealment has faded out by then. */
const maxConcealed = 3
/** When not once in so many frames the queue was empty, one frame is let go. */
const drainAfterFrames = 50

export function liveAudio(): LiveAudio {
  const ring = Array.from({ length: maxFrames }, () => new Uint8Array(frameSamples))
  const pcm = new Int16Array(frameSamples)
  const concealed = new Uint8Array(frameSamples)
  let concealer = plc()
  let head = 0
  let held = 0
  let dropped = 0
  let neverEmptyFor = 0

  function put(ulaw: Uint8Array): void {
    if (held === maxFrames) {
      head = (head + 1) % maxFrames
      held -= 1
      dropped += 1
    }
    ring[(head + held) % maxFrames]?.set(ulaw)
    held += 1
  }

  function conceal(frames: number): void {
    for (let i = 0; i < frames; i += 1) {
      concealer.conceal(pcm)
      encodeUlaw(pcm, concealed)
      put(concealed)
    }
  }

  return {
    push(ulaw, lost) {
      if (lost <= maxConcealed) conceal(lost)
      decodeUlaw(ulaw, pcm)
      concealer.good(pcm)
      neverEmptyFor = held === 0 ? 0 : neverEmptyFor + 1
      if (neverEmptyFor >= drainAfterFrames) {
        neverEmptyFor = 0
        dropped += 1
        return
      }
      if (lost === 0 || lost > maxConcealed) return put(ulaw)
      encodeUlaw(pcm, concealed) // blended with the concealment before it
      put(concealed)
    },
    pull(out) {
      if (held === 0) return false
      out.set(ring[head] ?? out)
      head = (head + 1) % maxFrames
      held -= 1
      return true
    },
    clear() {
      held = 0
      neverEmptyFor = 0
      concealer = plc()
    },
    get frames() {
      return held
    },
    get dropped() {
      return dropped
    },
  }
}
