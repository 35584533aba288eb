import { chunkBytes } from './cobblestone.ts'

export const samplesPerChunk = chunkBytes / 2 // two channels of one byte
const ringSamples = 2 * samplesPerChunk // one chunk being filled while the one before waits for late audio: 2.048 s
const ringMask = ringSamples - 1
const maxWriteSamples = samplesPerChunk / 2 // larger writes are split, so that none overruns the ring it lies in
const silence = 0xff // µ-law for zero

/** Both channels of a recording on one line of time, silent where nothing was written. */
export interface Timeline {
  /** First sample that no write has reached. */
  readonly newest: number
  /** Lays µ-law samples down. False when some came too late: their place is sealed already. */
  write(channel: 0 | 1, position: number, ulaw: Uint8Array): boolean
  /** Lets time pass up to `position`: what nobody wrote is silence. */
  advance(position: number): void
  /** Hands out what is left, up to `end`: whole chunks through `onChunk`, the rest (borrowed) as the result. */
  finish(end: number): Uint8Array
  /** Overwrites the audio held. */
  wipe(): void
}

/**
 * @param holdSamples - How far the newest audio must be past a chunk's end before the chunk is handed out.
 * @param onChunk - Gets each 16 KiB chunk in order, interleaved caller | app; borrowed for the length of the call.
 */
export function recordingTimeline(holdSamples: number, onChunk: (chunk: Uint8Array) => void): Timeline {
  const ring = new Uint8Array(2 * ringSamples).fill(silence)
  let base = 0 // first sample not handed out; always a whole number of chunks
  let newest = 0
  const handOut = () => {
    const start = 2 * (base & ringMask)
    const chunk = ring.subarray(start, start + chunkBytes)
    onChunk(chunk)
    chunk.fill(silence)
    base += samplesPerChunk
  }
  const handOutUpTo = (end: number) => {
    for (let due = Math.floor((end - base) / samplesPerChunk); due > 0; due--) handOut()
  }
  const advance = (position: number) => {
    if (position > newest) newest = position
    if (newest >= base + samplesPerChunk + holdSamples) handOutUpTo(newest - holdSamples)
  }
  const lay = (channel: 0 | 1, position: number, ulaw: Uint8Array): boolean => {
    const end = position + ulaw.length
    if (end > base + ringSamples) handOutUpTo(end - samplesPerChunk)
    const late = position < base
    for (let at = late ? base : position; at < end; at++)
      ring[2 * (at & ringMask) + channel] = ulaw[at - position] as number
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
    finish(end) {
      handOutUpTo(end)
      const start = 2 * (base & ringMask)
      return ring.subarray(start, start + 2 * Math.max(0, end - base))
    },
    wipe: () => void ring.fill(silence),
  }
}
