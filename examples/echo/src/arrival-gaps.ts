/** How far apart messages came, in milliseconds. */
export interface GapFigures {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface ArrivalGaps {
  /** Of one call: told the time of each of its messages. */
  call(): (atMs: number) => void
  /** Those since it was last asked, of all calls together. */
  take(): GapFigures
}

const bucketMs = 0.5
/** Longer ones count as this, but for `maxMs`. */
const limitMs = 2_000

/** Counts the times between messages of each call, in as much memory for millions as for one. */
export function arrivalGaps(): ArrivalGaps {
  const buckets = new Uint32Array(limitMs / bucketMs + 1)
  let [count, maxMs] = [0, 0]
  const percentile = (share: number): number => {
    const wanted = Math.ceil(count * share)
    let seen = 0
    for (const [index, inBucket] of buckets.entries()) {
      seen += inBucket
      if (count > 0 && seen >= wanted) return Math.min((index + 1) * bucketMs, maxMs)
    }
    return 0
  }
  return {
    call() {
      let lastMs: number | undefined
      return (atMs) => {
        const gapMs = lastMs === undefined ? undefined : atMs - lastMs
        lastMs = atMs
        if (gapMs === undefined) return
        const index = Math.min(buckets.length - 1, Math.max(0, Math.floor(gapMs / bucketMs)))
        buckets[index] = (buckets[index] ?? 0) + 1
        count += 1
        maxMs = Math.max(maxMs, gapMs)
      }
    },
    take() {
      const figures = { count, p50Ms: percentile(0.5), p99Ms: percentile(0.99), maxMs }
      buckets.fill(0)
      ;[count, maxMs] = [0, 0]
      return figures
    },
  }
}
