import type { Clock } from '#kernel'
import { recentMap } from './recent-map.ts'

export interface Rate {
  readonly perSecond: number
  /** How many may come at once after a quiet time. */
  readonly burst: number
}

export interface TokenBuckets {
  /** Takes one token of `source` and one of the common bucket, or none at all, and says which was empty. */
  take(source: string): 'ok' | 'source' | 'global'
  readonly sources: number
}

interface Bucket {
  tokens: number
  atMs: number
}

/**
 * Rate limits by source and in sum. At most `maxSources` are remembered; the one that was quiet longest is forgotten
 * first, which can only give a quiet source a full bucket again, and the common bucket still holds.
 */
export function tokenBuckets(options: {
  perSource: Rate
  global: Rate
  clock: Pick<Clock, 'monotonicMs'>
  maxSources: number
}): TokenBuckets {
  const { clock, perSource, global } = options
  const buckets = recentMap<Bucket>(options.maxSources)
  const common = fullBucket(global, clock.monotonicMs())
  return {
    get sources() {
      return buckets.size
    },
    take(source) {
      const nowMs = clock.monotonicMs()
      let own = buckets.get(source)
      if (own === undefined) {
        own = fullBucket(perSource, nowMs)
        buckets.set(source, own)
      }
      refill(own, perSource, nowMs)
      refill(common, global, nowMs)
      if (own.tokens < 1) return 'source'
      if (common.tokens < 1) return 'global'
      own.tokens -= 1
      common.tokens -= 1
      return 'ok'
    },
  }
}

function fullBucket(rate: Rate, nowMs: number): Bucket {
  return { tokens: rate.burst, atMs: nowMs }
}

function refill(bucket: Bucket, rate: Rate, nowMs: number): void {
  bucket.tokens = Math.min(rate.burst, bucket.tokens + ((nowMs - bucket.atMs) * rate.perSecond) / 1_000)
  bucket.atMs = nowMs
}
