import type { Calls } from '#call'
import type { CallId, Clock, LegId, TenantId } from '#kernel'
import type { MediaPlane, StreamCount } from '#media'

export interface Level {
  readonly call: CallId
  readonly inDb: number
  readonly outDb: number
  readonly streams: readonly StreamCount[]
}

/** Measures how loud a tenant's calls are, while somebody watches. */
export interface LiveLevels {
  /** Tells levels until the returned function is called. Of a tenant with many calls, those of the first fifty. */
  watch(tenant: TenantId, hear: (level: Level) => void): () => void
}

const maxMetered = 50
/** How soon a call that begins is measured. */
const lookMs = 500

export function liveLevels(o: {
  readonly clock: Clock
  readonly calls: Pick<Calls, 'running'>
  readonly media: Pick<MediaPlane, 'meter' | 'onLeg'>
}): LiveLevels {
  /** How many watch a leg: it is measured once for all. */
  const watched = new Map<LegId, number>()

  function meter(leg: LegId, by: 1 | -1): void {
    const before = watched.get(leg) ?? 0
    const now = before + by
    if (now === 0) watched.delete(leg)
    else watched.set(leg, now)
    if ((before === 0) !== (now === 0)) o.media.meter(leg, now > 0)
  }

  return {
    watch(tenant, hear) {
      const mine = new Map<LegId, () => void>()
      const look = () => {
        const found = new Map<LegId, CallId>()
        for (const call of o.calls.running()) {
          const { leg } = call.look()
          if (call.tenant === tenant && leg !== undefined && found.size < maxMetered) found.set(leg, call.id)
        }
        for (const [leg, stop] of mine) if (!found.has(leg)) stop()
        for (const [leg, call] of found) if (!mine.has(leg)) mine.set(leg, follow(leg, call))
        cancel = o.clock.set(lookMs, look)
      }
      const follow = (leg: LegId, call: CallId) => {
        const unlisten = o.media.onLeg(leg, (event) => {
          if (event.kind !== 'level') return
          const { inDb, outDb, streams } = event
          hear({ call, inDb, outDb, streams })
        })
        meter(leg, 1)
        return () => {
          mine.delete(leg)
          unlisten()
          meter(leg, -1)
        }
      }
      let cancel = () => {}
      look()
      return () => {
        cancel()
        for (const stop of mine.values()) stop()
      }
    },
  }
}
