/** Interarrival jitter: RFC 3550 §6.4.1 and §A.8. */
export interface ArrivalJitter {
  /** Takes one packet's arrival. Call it in order of arrival, whatever the sequence. */
  arrived(timestamp: number, nowMs: number): void
  readonly ms: number
}

export function arrivalJitter(clockRateHz: number): ArrivalJitter {
  let lastTransitMs: number | undefined
  let ms = 0
  return {
    arrived(timestamp, nowMs) {
      const transitMs = nowMs - (timestamp * 1_000) / clockRateHz
      const difference = Math.abs(transitMs - (lastTransitMs ?? transitMs))
      lastTransitMs = transitMs
      // A restarted timestamp is no jitter, and would drown it for seconds.
      if (difference < maxDifferenceMs) ms += (difference - ms) / 16
    },
    get ms() {
      return ms
    },
  }
}

const maxDifferenceMs = 1_000
