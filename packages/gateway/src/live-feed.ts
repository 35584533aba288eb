import type { ApiLiveCall as LiveCall, ApiLiveLine as StoryLine } from '#api'
import type { CallRecord, Keep } from '#call'
import type { CallId, Clock, TenantId } from '#kernel'

/** What happens, as it happens. */
export type LiveItem =
  | { readonly kind: 'call'; readonly call: LiveCall }
  | { readonly kind: 'story'; readonly line: StoryLine }

/** The calls that go on, for whoever watches: in memory only, and gone with each call. */
export interface LiveFeed {
  /** Keeps what `keep` keeps, and lets those who watch see it. */
  watched(keep: Keep): Keep
  calls(tenant: TenantId): readonly LiveCall[]
  /** The last lines of a call's story; empty for one of another tenant, or that has ended. */
  story(tenant: TenantId, call: CallId): readonly StoryLine[]
  /** Hears what happens to the tenant's calls, until the returned function is called. */
  watch(tenant: TenantId, hear: (item: LiveItem) => void): () => void
}

const maxLines = 300

interface Entry {
  readonly tenant: TenantId
  call: LiveCall
  readonly lines: StoryLine[]
}

export function liveFeed(clock: Pick<Clock, 'now'>): LiveFeed {
  const entries = new Map<CallId, Entry>()
  const watchers = new Map<(item: LiveItem) => void, TenantId>()

  function tell(tenant: TenantId, item: LiveItem): void {
    for (const [hear, whose] of watchers) if (whose === tenant) hear(item)
  }

  function change(tenant: TenantId, id: CallId, with_: Partial<LiveCall>): void {
    const entry = entries.get(id)
    if (entry === undefined) return
    entry.call = { ...entry.call, ...with_ }
    if (entry.call.state === 'ended') entries.delete(id)
    tell(tenant, { kind: 'call', call: entry.call })
  }

  return {
    watched: (keep) => ({
      ...keep,
      async begin(record) {
        const call = liveCall(record)
        entries.set(record.id, { tenant: record.tenant, call, lines: [] })
        tell(record.tenant, { kind: 'call', call })
        await keep.begin(record)
      },
      async update(tenant, id, update) {
        const { trunk, state, answeredAtMs, endReason } = update
        const seen = Object.entries({ trunk, state, answeredAtMs, endReason })
        change(tenant, id, Object.fromEntries(seen.filter(([, value]) => value !== undefined)))
        await keep.update(tenant, id, update)
      },
      story(id, tenant, kind, fields) {
        keep.story(id, tenant, kind, fields)
        const line = { call: id, atMs: clock.now(), kind, fields }
        const lines = entries.get(id)?.lines
        lines?.push(line)
        if (lines !== undefined && lines.length > maxLines) lines.shift()
        tell(tenant, { kind: 'story', line })
      },
    }),
    calls: (tenant) =>
      [...entries.values()].filter((entry) => entry.tenant === tenant).map(({ call }) => call),
    story(tenant, id) {
      const entry = entries.get(id)
      return entry?.tenant === tenant ? [...entry.lines] : []
    },
    watch(tenant, hear) {
      watchers.set(hear, tenant)
      return () => void watchers.delete(hear)
    },
  }
}

function liveCall({ id, app, trunk, direction, from, to, startedAtMs }: CallRecord): LiveCall {
  return { id, app, trunk, direction, from, to, state: 'ringing', startedAtMs }
}
