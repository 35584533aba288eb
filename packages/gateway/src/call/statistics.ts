import type { LegStats } from '#media'
import type { StoryValue } from './deps.ts'
import type { Live } from './live.ts'
import { qualityOf } from './receipt.ts'

/** Puts how the first leg's audio was on the receipt and in the story. Rejects when its media cannot say. */
export async function measure(live: Live): Promise<void> {
  const stats = await live.deps.media.stats(live.leg)
  live.receipt.quality = qualityOf(stats)
  live.story('statistics', flatStats(stats))
}

/** A story's fields are flat, and each reason for which packets were dropped is told for itself: an attack is no bad line. */
function flatStats({ dropped, peer, ...rest }: LegStats): Record<string, StoryValue> {
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0)
  return {
    ...rest,
    ...(peer && {
      'peer.lostFraction': peer.lostFraction,
      'peer.jitterMs': peer.jitterMs,
      'peer.mos': peer.mos,
    }),
    ...Object.fromEntries(reasons.map(([reason, count]) => [`dropped.${reason}`, count])),
  }
}
