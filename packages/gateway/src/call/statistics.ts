import type { LegStats } from '#media'
import type { StoryValue } from './deps.ts'

/** A story's fields are flat, and each reason for which packets were dropped is told for itself: an attack is no bad line. */
export function flatStats({ dropped, peer, ...rest }: LegStats): Record<string, StoryValue> {
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
