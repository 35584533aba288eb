/** Counts delays in whole milliseconds over the last one to two minutes. */
export interface DelayHistogram {
  record(delayMs: number, nowMs: number): void
  /** The delay that `share` (0 to 1) of the recorded ones do not exceed; 0 without any. */
  percentile(share: number): number
}

const windowMs = 60_000
/** Longer delays count as this. */
const maxDelayMs = 255

export function delayHistogram(): DelayHistogram {
  let current = new Uint32Array(maxDelayMs + 1)
  let previous = new Uint32Array(maxDelayMs + 1)
  let windowEndsMs: number | undefined
  return {
    record(delayMs, nowMs) {
      windowEndsMs ??= nowMs + windowMs
      if (nowMs >= windowEndsMs) {
        const oldest = previous.fill(0)
        previous = current
        current = oldest
        windowEndsMs = nowMs + windowMs
      }
      const bin = delayMs > maxDelayMs ? maxDelayMs : Math.floor(delayMs)
      current[bin] = (current[bin] ?? 0) + 1
    },
    percentile(share) {
      const total = current.reduce((sum, count, i) => sum + count + (previous[i] ?? 0), 0)
      let left = Math.ceil(total * share)
      for (let bin = 0; bin <= maxDelayMs; bin += 1) {
        left -= (current[bin] ?? 0) + (previous[bin] ?? 0)
        if (left <= 0) return bin
      }
      return maxDelayMs
    },
  }
}
