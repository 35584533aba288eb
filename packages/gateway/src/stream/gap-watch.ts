import type { Track } from './contract.ts'
import type { Notice } from './wire.ts'

type Gap = Extract<Notice, { kind: 'gap' }>

const bytesPerMs = 8

/** Looks at each frame before it is sent, and tells when audio of its track is missing before it: dropped for a slow app, or lost on the way to us. */
export function gapWatch(options: {
  /** Frames that were dropped for the app so far. */
  readonly dropped: () => number
  readonly tell: (gap: Gap) => void
}): (track: Track, bytes: number, timestampMs: number) => void {
  const next: Record<Track, number | undefined> = { inbound: undefined, outbound: undefined }
  let droppedBefore = options.dropped()
  return (track, bytes, timestampMs) => {
    const expectedMs = next[track]
    next[track] = timestampMs + bytes / bytesPerMs
    if (expectedMs === undefined || timestampMs <= expectedMs) return
    const dropped = options.dropped()
    const why = dropped > droppedBefore ? 'app-slow' : 'lost'
    droppedBefore = dropped
    options.tell({ kind: 'gap', track, fromMs: expectedMs, toMs: timestampMs, why })
  }
}
