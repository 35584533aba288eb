import { encodeUlaw } from '@voxkeep/wire/g711'

/** Times frames of speech to the app and back by what is in them, since the numbers of RTP end at the gateway. */
export interface RoundTrips {
  /** Notes one 20 ms frame that leaves the phone now. */
  sent(samples: Int16Array, atMs: number): void
  /** Notes one µ-law payload that arrives now, before any jitter buffer. */
  received(ulaw: Uint8Array, atMs: number): void
  readonly matched: number
  /** Of the frames that came back; `undefined` before any did. */
  percentileMs(share: number): number | undefined
}

const distinctBytes = 12 // fewer: near silence, which may look like another frame
const maxWaiting = 500 // frames not back yet: ten seconds

export function roundTrips(): RoundTrips {
  const waiting = new Map<string, number>()
  const timesMs: number[] = []
  return {
    sent(samples, atMs) {
      const key = frameKey(encodeUlaw(samples, new Uint8Array(samples.length)))
      if (key === undefined) return
      if (waiting.size >= maxWaiting) waiting.delete(waiting.keys().next().value ?? '')
      waiting.set(key, atMs)
    },
    received(ulaw, atMs) {
      const key = frameKey(ulaw)
      const sentMs = key === undefined ? undefined : waiting.get(key)
      if (key === undefined || sentMs === undefined) return
      waiting.delete(key)
      timesMs.push(atMs - sentMs)
    },
    get matched() {
      return timesMs.length
    },
    percentileMs(share) {
      const sorted = timesMs.toSorted((a, b) => a - b)
      return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
    },
  }
}

function frameKey(ulaw: Uint8Array): string | undefined {
  if (new Set(ulaw).size < distinctBytes) return undefined
  return Buffer.from(ulaw.buffer, ulaw.byteOffset, ulaw.byteLength).toString('latin1')
}
