import type { Alert, AlertCount, AlertStore, Notice, WatchedEvent } from './alert.ts'
import { resolveRules, type AlertRule } from './rules.ts'

/** Alerts in memory, for tests; they outlive whoever works with them. */
export function memoryAlertStore(): AlertStore & {
  readonly alerts: Map<string, Alert>
  readonly notices: Notice[]
  readonly positions: Map<string, number>
  acknowledge(id: string, at: Date): void
} {
  const counts = new Map<string, AlertCount>()
  const alerts = new Map<string, Alert>()
  const notices: Notice[] = []
  const positions = new Map<string, number>()
  const isSame = (a: Notice) => (b: Notice) => a.alert === b.alert && a.receiver === b.receiver
  return {
    alerts,
    notices,
    positions,
    acknowledge(id, at) {
      const alert = alerts.get(id)
      if (alert !== undefined) alerts.set(id, { ...alert, state: 'acknowledged', acknowledged_at: at })
    },
    counts: async () => [...counts.values()],
    latest: async (keys) =>
      keys.flatMap(({ tenant, rule, group_key }) => {
        const own = [...alerts.values()].filter(
          (one) => one.tenant === tenant && one.rule === rule && one.group_key === group_key,
        )
        return own.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, 1)
      }),
    async apply(_reader, change) {
      for (const count of change.counts) {
        const name = JSON.stringify([count.rule, count.tenant, count.group_key, count.slot])
        counts.set(name, { ...count, events: count.events + (counts.get(name)?.events ?? 0) })
      }
      for (const alert of change.alerts) {
        const { state = alert.state } = alerts.get(alert.id) ?? {}
        alerts.set(alert.id, { ...alert, state })
      }
      for (const notice of change.notices) {
        const fresh = { ...notice, attempt: 0 }
        const known = notices.findIndex(isSame(fresh))
        if (known >= 0) notices.splice(known, 1)
        notices.push(fresh)
      }
      for (const [log, next] of change.positions) positions.set(log, next)
    },
    due: async (at, limit) =>
      notices
        .filter(({ next_at }) => next_at <= at)
        .slice(0, limit)
        .flatMap((notice) => {
          const about = alerts.get(notice.alert)
          return about === undefined ? [] : [{ ...notice, about }]
        }),
    nextNotice: async () =>
      notices.map(({ next_at }) => next_at).toSorted((a, b) => Number(a) - Number(b))[0],
    async told(done) {
      for (const notice of done) {
        const known = notices.findIndex(isSame(notice))
        if (known >= 0) notices.splice(known, 1)
      }
    },
    async postpone(later, next_at) {
      for (const notice of later) {
        const known = notices.findIndex(isSame(notice))
        if (known >= 0) notices[known] = { ...notice, attempt: notice.attempt + 1, next_at }
      }
    },
    prune: async () => {},
    pruneCounts: async () => {},
  }
}

const startMs = Date.parse('2026-11-21T10:00:00.000Z')

/** Events of one log, each with its index; `atMin`: minutes after ten o'clock. */
export function eventSource(): (type: string, atMin: number, o?: Partial<WatchedEvent>) => WatchedEvent {
  let index = 0
  return (type, atMin, o = {}) => ({
    log: 'example/audit/acme',
    index: index++,
    at: new Date(startMs + atMin * 60_000).toISOString(),
    tenant: 'acme',
    call: null,
    type,
    actor: 'token:tok_1',
    fields: {},
    ...o,
  })
}

/** A built-in rule, or one of one's own, with every choice made. */
export function aRule(id: string, change: Partial<AlertRule> = {}): AlertRule {
  const { types = ['a.b'] } = change
  const rules = resolveRules([{ id: 'own', enabled: true, types: [...types] }])
  const rule = rules.find((one) => one.id === id) ?? rules.at(-1)
  if (rule === undefined) throw new TypeError('there are rules')
  return { ...rule, ...change }
}
