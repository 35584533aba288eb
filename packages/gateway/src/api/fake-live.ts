import type { CallId, TenantId } from '#kernel'
import type { ApiLive, ApiLiveCall, ApiLiveDetail, ApiLiveItem } from './deps-live.ts'

/** The calls that go on, in memory: tests say what happens. */
export interface FakeLive extends ApiLive {
  readonly running: Map<CallId, { readonly tenant: TenantId; readonly detail: ApiLiveDetail }>
  /** Tells those who watch the tenant. */
  tell(tenant: TenantId, item: ApiLiveItem): void
  readonly watchers: number
}

export function fakeLive(): FakeLive {
  const running: FakeLive['running'] = new Map()
  const watchers = new Map<(item: ApiLiveItem) => void, TenantId>()
  return {
    running,
    tell(tenant, item) {
      for (const [hear, whose] of watchers) if (whose === tenant) hear(item)
    },
    get watchers() {
      return watchers.size
    },
    calls: (tenant): ApiLiveCall[] =>
      [...running.values()].filter((one) => one.tenant === tenant).map(({ detail }) => detail.call),
    look(tenant, id) {
      const found = running.get(id)
      return Promise.resolve(found?.tenant === tenant ? found.detail : undefined)
    },
    watch(tenant, hear) {
      watchers.set(hear, tenant)
      return () => void watchers.delete(hear)
    },
  }
}
