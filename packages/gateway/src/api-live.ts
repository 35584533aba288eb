import type { Calls } from '#call'
import type { CallId, TenantId } from '#kernel'
import type { MediaPlane } from '#media'
import type { ApiLive } from '#api'
import type { Ladders } from './ladders.ts'
import type { LiveFeed } from './live-feed.ts'
import type { LiveLevels } from './live-levels.ts'

/** The calls of this node, for the API. */
export function apiLive(o: {
  readonly calls: Pick<Calls, 'get'>
  readonly feed: LiveFeed
  readonly levels: LiveLevels
  readonly ladders: Pick<Ladders, 'look'>
  readonly media: Pick<MediaPlane, 'stats'>
}): ApiLive {
  return {
    calls: (tenant) => o.feed.calls(tenant),
    async look(tenant: TenantId, id: CallId) {
      const call = o.feed.calls(tenant).find((one) => one.id === id)
      const running = o.calls.get(id)
      if (call === undefined || running?.tenant !== tenant) return undefined
      const { leg, names, receipt } = running.look()
      const media = leg === undefined ? null : await o.media.stats(leg).catch(() => null)
      const story = o.feed.story(tenant, id)
      return { call, story, receipt, ladder: o.ladders.look(names), media }
    },
    watch(tenant, hear) {
      const stopFeed = o.feed.watch(tenant, hear)
      const stopLevels = o.levels.watch(tenant, (level) => hear({ kind: 'level', ...level }))
      return () => {
        stopFeed()
        stopLevels()
      }
    },
  }
}
