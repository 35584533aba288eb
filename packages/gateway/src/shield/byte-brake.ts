import type { Clock } from '#kernel'
import type { Rate } from './token-buckets.ts'

export interface ByteBrake {
  /** Notes bytes that were read; how long not to read any more, in ms. */
  take(bytes: number): number
}

/**
 * Holds one sender to a rate of bytes by reading no faster: what waits then waits in the sender's own buffers. Nothing is lost
 * and nothing is parsed that is too much.
 */
export function byteBrake({ perSecond, burst }: Rate, clock: Pick<Clock, 'monotonicMs'>): ByteBrake {
  let credit = burst
  let atMs = clock.monotonicMs()
  return {
    take(bytes) {
      const nowMs = clock.monotonicMs()
      credit = Math.min(burst, credit + ((nowMs - atMs) * perSecond) / 1_000) - bytes
      atMs = nowMs
      return credit >= 0 ? 0 : Math.ceil((-credit * 1_000) / perSecond)
    },
  }
}
