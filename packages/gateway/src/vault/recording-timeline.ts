import { chunkBytes } from './cobblestone.ts'
import { maskPairs, type Mask } from './mask.ts'
import { spanList, type Span } from './span-list.ts'

export const samplesPerChunk = chunkBytes / 2 // two channels of one byte
const leastRingSamples = 2 * samplesPerChunk // one chunk being filled while the one before waits for late audio: 2.048 s
const maxWriteSamples = samplesPerChunk / 2 // larger writes are split, so that none overruns the ring it lies in
const silence = 0xff // µ-law for zero
/** Stretches that wait for their chunk, a channel: beyond it neighbours grow together, and what lies between them goes too. */
const maxWaiting = 1_024
/** Sealed stretches that are known to be overwritten, a channel: of older ones it is not known any more. */
const maxKnown = 4_096

/** How audio waits to be judged. */
export interface TimelineHold {
  /** A chunk is handed out unjudged when the newest audio is this far past its end. */
  readonly maxSamples: number
  /** What becomes of what was not judged then. */
  readonly unjudged: Mask | 'keep'
}

export interface TimelineOptions {
  /** How far the newest audio must be past a chunk's end before the chunk is handed out: room for what comes late. */
  readonly lateSamples: number
  /** Absent: nothing is judged. */
  readonly hold?: TimelineHold | undefined
  /** What takes the place of what `redact` names. */
  readonly mask: Mask
  /** Gets each 16 KiB chunk in order, interleaved caller | app; borrowed for the length of the call. */
  readonly onChunk: (chunk: Uint8Array) => void
  /** Audio that nobody had judged when it was handed out: overwritten unless `unjudged` is `keep`. */
  readonly onUnjudged?: (channel: 0 | 1, span: Span) => void
}

/** Both channels of a recording on one line of time, silent where nothing was written. */
export interface Timeline {
  /** First sample that no write has reached. */
  readonly newest: number
  /**
   * Lays µ-law samples down. False when some came too late: their place is handed out already, or, where audio is judged, was judged
   * with audio after it and without them.
   */
  write(channel: 0 | 1, position: number, ulaw: Uint8Array): boolean
  /** Lets time pass up to `position`: what nobody wrote is silence. */
  advance(position: number): void
  /** Everything of the channel before `through` may be handed out, what is still to come there too. */
  judged(channel: 0 | 1, through: number): void
  /** Overwrites a stretch of a channel, what is still to come there too. What of it was handed out as it was said is the result. */
  redact(channel: 0 | 1, from: number, to: number): Span[]
  /** Hands out what is left, up to `end`: whole chunks through `onChunk`, the rest (borrowed) as the result. */
  finish(end: number): Uint8Array
  /** Overwrites the audio held. */
  wipe(): void
}

interface Side {
  /** Judged up to here. */
  judged: number
  /** Audio was written up to here. */
  written: number
  /** Where the judge went past: audio that comes for a place before this was heard by nobody. */
  passed: number
  /** The last sample handed out, as it was sealed. */
  last: number
  readonly waiting: ReturnType<typeof spanList>
  readonly overwritten: ReturnType<typeof spanList>
}

/**
 * The ring holds two bytes a sample: 32 KiB without a hold; with one, the next power of two above the hold and two chunks (a hold of 10 s:
 * 256 KiB, of 60 s: 1 MiB).
 */
export function recordingTimeline(o: TimelineOptions): Timeline {
  const { hold, lateSamples } = o
  const maxWait = Math.max(hold?.maxSamples ?? 0, lateSamples)
  const ringSamples = hold === undefined ? leastRingSamples : powerOfTwo(maxWait + leastRingSamples)
  const ringMask = ringSamples - 1
  const ring = new Uint8Array(2 * ringSamples).fill(silence)
  const sides = [newSide(), newSide()] as const
  let base = 0 // first sample not handed out; always a whole number of chunks
  let newest = 0

  /** Takes out what may not leave. */
  const clean = (pairs: Uint8Array, channel: 0 | 1) => {
    const side = sides[channel]
    const end = base + pairs.length / 2
    const masked = side.waiting.reaching(base, end).map((span) => ({ ...span, mask: o.mask }))
    for (const { from, to } of masked) side.overwritten.add(Math.max(from, base), Math.min(to, end))
    if (hold !== undefined && side.judged < end)
      for (const span of side.overwritten.uncovered(Math.max(side.judged, base), end)) {
        if (!isAudible(pairs, base, channel, span)) continue // nobody said anything
        o.onUnjudged?.(channel, span)
        if (hold.unjudged === 'keep') continue
        masked.push({ ...span, mask: hold.unjudged })
        side.overwritten.add(span.from, span.to)
      }
    if (masked.length > 0) maskPairs(pairs, base, channel, masked, side.last)
    side.waiting.dropBefore(end)
  }
  const handOut = () => {
    const start = 2 * (base & ringMask)
    const chunk = ring.subarray(start, start + chunkBytes)
    for (const channel of [0, 1] as const) {
      clean(chunk, channel)
      sides[channel].last = chunk[chunkBytes - 2 + channel] as number
    }
    o.onChunk(chunk)
    chunk.fill(silence)
    base += samplesPerChunk
  }
  const handOutUpTo = (end: number) => {
    for (let due = Math.floor((end - base) / samplesPerChunk); due > 0; due--) handOut()
  }
  const isDue = () => {
    const end = base + samplesPerChunk
    if (newest < end + lateSamples) return false
    if (hold === undefined || newest >= end + maxWait) return true
    return sides[0].judged >= end && sides[1].judged >= end
  }
  const advance = (position: number) => {
    if (position > newest) newest = position
    while (isDue()) handOut()
  }
  const lay = (channel: 0 | 1, position: number, ulaw: Uint8Array): boolean => {
    const side = sides[channel]
    const end = position + ulaw.length
    if (end > base + ringSamples) handOutUpTo(end - (ringSamples - samplesPerChunk))
    const first = Math.max(base, side.passed)
    const late = position < first
    for (let at = late ? first : position; at < end; at++)
      ring[2 * (at & ringMask) + channel] = ulaw[at - position] as number
    if (end > side.written) side.written = end
    advance(end)
    return !late
  }
  return {
    get newest() {
      return newest
    },
    write(channel, position, ulaw) {
      if (ulaw.length <= maxWriteSamples) return lay(channel, position, ulaw)
      let kept = true
      for (let from = 0; from < ulaw.length; from += maxWriteSamples)
        kept = lay(channel, position + from, ulaw.subarray(from, from + maxWriteSamples)) && kept
      return kept
    },
    advance,
    judged(channel, through) {
      const side = sides[channel]
      if (hold === undefined || !(through > side.judged)) return
      side.judged = through
      side.passed = Math.min(through, side.written)
      while (isDue()) handOut()
    },
    redact(channel, from, to) {
      const side = sides[channel]
      side.waiting.add(Math.max(from, base), to)
      return side.overwritten.uncovered(from, Math.min(to, base))
    },
    finish(end) {
      handOutUpTo(end)
      const start = 2 * (base & ringMask)
      const rest = ring.subarray(start, start + 2 * Math.max(0, end - base))
      for (const channel of [0, 1] as const) clean(rest, channel)
      return rest
    },
    wipe: () => void ring.fill(silence),
  }
}

function newSide(): Side {
  return {
    judged: 0,
    written: 0,
    passed: 0,
    last: silence,
    waiting: spanList(maxWaiting, 'widen'),
    overwritten: spanList(maxKnown, 'forget'),
  }
}

function isAudible(pairs: Uint8Array, start: number, channel: 0 | 1, { from, to }: Span): boolean {
  for (let at = from; at < to; at++)
    if (((pairs[2 * (at - start) + channel] as number) | 0x80) !== silence) return true // µ-law has two zeros
  return false
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least))
}
