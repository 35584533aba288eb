/** Counts durations in buckets of equal width, so that percentiles of millions cost a few kilobytes. */
export interface Histogram {
  add(valueMs: number): void
  /** Upper edge of the bucket that holds the given share (0 to 1) of all values; 0 when there are none. */
  percentile(share: number): number
  readonly count: number
  readonly maxMs: number
}

/** Values beyond `limitMs` count as the limit; `maxMs` stays exact. */
export function histogram(bucketMs: number, limitMs: number): Histogram {
  const buckets = new Uint32Array(Math.ceil(limitMs / bucketMs) + 1)
  let [count, maxMs] = [0, 0]
  return {
    add(valueMs) {
      const index = Math.min(buckets.length - 1, Math.max(0, Math.floor(valueMs / bucketMs)))
      buckets[index] = (buckets[index] ?? 0) + 1
      count += 1
      if (valueMs > maxMs) maxMs = valueMs
    },
    percentile(share) {
      const wanted = Math.max(1, Math.ceil(count * share))
      let seen = 0
      for (const [index, inBucket] of buckets.entries()) {
        seen += inBucket
        if (count > 0 && seen >= wanted) return Math.min((index + 1) * bucketMs, maxMs)
      }
      return 0
    },
    get count() {
      return count
    },
    get maxMs() {
      return maxMs
    },
  }
}
