/** Notices that a caller who should be heard sends nothing authentic. */
export interface SilenceWatch {
  /** An authentic packet arrived. */
  heard(nowMs: number): void
  /** While parked (on hold) silence is agreed. */
  park(parked: boolean, nowMs: number): void
  /** How long it has been silent, once for each silence that reaches the limit. */
  check(nowMs: number): number | undefined
}

export function silenceWatch(timeoutMs: number, startMs: number): SilenceWatch {
  let heardAtMs = startMs
  let parked = false
  let told = false
  return {
    heard(nowMs) {
      heardAtMs = nowMs
      told = false
    },
    park(next, nowMs) {
      if (parked && !next) heardAtMs = nowMs
      parked = next
    },
    check(nowMs) {
      const silentMs = nowMs - heardAtMs
      if (parked || told || silentMs < timeoutMs) return undefined
      told = true
      return Math.round(silentMs)
    },
  }
}
