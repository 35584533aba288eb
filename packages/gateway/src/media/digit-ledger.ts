/** How a key press came: as an RTP event (RFC 4733), as a tone in the audio, or by signalling (SIP INFO). */
export type DigitWay = 'event' | 'tone' | 'info'

/**
 * Tells one key press from the same one that came another way. Who sends keys in two ways sends each of them in both, so a report is
 * matched with the oldest one of the same key that has not come that way yet.
 */
export interface DigitLedger {
  /** Takes a report of a key that was just let go; true when nobody reported that press before. */
  isNew(way: DigitWay, digit: string, durationMs: number, nowMs: number): boolean
  /** Forgets presses that no report can be of any more: call it often. */
  forget(nowMs: number): void
}

interface Press {
  readonly digit: string
  readonly atMs: number
  readonly ways: Set<DigitWay>
}

/** Signalling and media of one press are no further apart than this, and the time that the key was held. */
const apartMs = 2_000
/** The longest that a key's report by signalling says it was held, and the time apart. */
const longestMs = 5_000 + apartMs
/** The fastest dialler presses no more keys in that time. */
const maxPresses = 64

export function digitLedger(): DigitLedger {
  const presses: Press[] = []
  let eventMs = -Infinity

  return {
    isNew(way, digit, durationMs, nowMs) {
      const sinceMs = nowMs - durationMs - apartMs
      if (presses.length >= maxPresses) presses.shift()
      if (way === 'event') eventMs = nowMs
      const same = presses.find(
        (press) => press.digit === digit && press.atMs >= sinceMs && !press.ways.has(way),
      )
      if (same !== undefined) {
        same.ways.add(way)
        return false
      }
      // Beside events tones are what a sender leaked of them, in as many pieces as it likes.
      if (way === 'tone' && nowMs - eventMs < apartMs) return false
      presses.push({ digit, atMs: nowMs, ways: new Set([way]) })
      return true
    },
    forget(nowMs) {
      while ((presses[0]?.atMs ?? Infinity) < nowMs - longestMs) presses.shift()
    },
  }
}
