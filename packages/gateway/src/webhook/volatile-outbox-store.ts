import type { EventId } from '#kernel'
import type { Except, OutboxRow, OutboxStore } from './outbox-store.ts'
import { WebhookError } from './errors.ts'

/**
 * Events that are written down nowhere: for apps whose calls leave no trace. What is not delivered when the process ends is lost, and
 * beyond `maxEvents` new ones are refused (`WEBHOOK_OVERLOADED`). Events that were delivered or given up are forgotten at once.
 */
export function volatileOutboxStore(maxEvents: number): OutboxStore {
  const rows = new Map<EventId, OutboxRow>()
  const pending = (except: Except) =>
    [...rows.values()]
      .filter((row) => !except.apps.includes(row.app) && !except.ids.includes(row.id))
      .toSorted((a, b) => a.next_at.getTime() - b.next_at.getTime())
  return {
    async insert(row) {
      if (rows.size >= maxEvents)
        throw new WebhookError('WEBHOOK_OVERLOADED', 'too many events wait in memory')
      rows.set(row.id, row)
    },
    get: async (id) => rows.get(id),
    due: async (at, limit, except) =>
      pending(except)
        .filter((row) => row.next_at <= at)
        .slice(0, limit),
    nextAt: async (except) => pending(except)[0]?.next_at,
    async settle(id, change) {
      const row = rows.get(id)
      if (row === undefined) return
      if (change.state === 'pending') rows.set(id, { ...row, ...change })
      else rows.delete(id)
    },
    prune: async () => {},
  }
}
