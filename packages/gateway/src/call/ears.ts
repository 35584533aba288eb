import type { LegId } from '#kernel'
import type { CallMedia } from './deps.ts'

/** Who of a call's parts listens to which leg: the media reports what is said while anybody does. */
export interface Ears {
  /** Begins to listen; the returned function ends it. */
  listen(leg: LegId): () => void
}

export function ears(media: Pick<CallMedia, 'listen'>): Ears {
  const listeners = new Map<LegId, number>()
  const change = (leg: LegId, by: 1 | -1) => {
    const count = (listeners.get(leg) ?? 0) + by
    if (count === 0) listeners.delete(leg)
    else listeners.set(leg, count)
    return count
  }
  return {
    listen(leg) {
      if (change(leg, 1) === 1) media.listen(leg, true)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        if (change(leg, -1) === 0) media.listen(leg, false)
      }
    },
  }
}
