import type { AppId } from '#kernel'
import type { DialUsageStore, OpenDialLease } from './usage-store.ts'

export interface MemoryUsageStore extends DialUsageStore {
  /** Set, it makes every write and read fail. */
  gone: boolean
}

/** A store for tests. */
export function memoryUsageStore(): MemoryUsageStore {
  const leases = new Map<string, OpenDialLease & { ended: boolean }>()
  const used = new Map<string, { scope: string; day: string; usedMs: number; spentMicro: number }>()
  const hours = new Map<string, { app: AppId; hour: number; attempts: number; quiet: number }>()
  const stopped = new Set<AppId>()
  const store = {
    gone: false,
    load: (from: { attemptsAfterMs: number; day: string; hour: number }) =>
      act(() => ({
        open: [...leases.values()].filter(({ ended }) => !ended),
        attempts: [...leases.values()].filter(({ startedAtMs }) => startedAtMs > from.attemptsAfterMs),
        used: [...used.values()].filter(({ day }) => day >= from.day),
        hours: [...hours.values()].filter(({ hour }) => hour >= from.hour),
        stopped: [...stopped],
      })),
    open: (lease: OpenDialLease, hour: number) =>
      act(() => {
        if (leases.has(lease.id)) throw new Error('there is such an attempt')
        leases.set(lease.id, { ...lease, ended: false })
        const key = `${lease.app} ${hour}`
        const { attempts = 0, quiet = 0 } = hours.get(key) ?? {}
        hours.set(key, { app: lease.app, hour, attempts: attempts + 1, quiet })
      }),
    quieten: (app: AppId, hour: number, quiet: number) =>
      act(() => {
        const key = `${app} ${hour}`
        hours.set(key, { app, hour, attempts: hours.get(key)?.attempts ?? 0, quiet })
      }),
    settle: (lease: OpenDialLease, usedMs: number, spentMicro: number) =>
      act(() => {
        const row = leases.get(lease.id)
        if (row === undefined || row.ended) return
        leases.set(lease.id, { ...row, ended: true })
        for (const scope of lease.scopes) {
          const key = `${scope} ${lease.day}`
          const sum = used.get(key) ?? { scope, day: lease.day, usedMs: 0, spentMicro: 0 }
          used.set(key, { ...sum, usedMs: sum.usedMs + usedMs, spentMicro: sum.spentMicro + spentMicro })
        }
      }),
    stop: (app: AppId) => act(() => void stopped.add(app)),
    lift: (app: AppId) => act(() => void stopped.delete(app)),
    prune: () => act(() => {}),
  }
  const act = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve()
    if (store.gone) throw new Error('the store is gone')
    return work()
  }
  return store
}
