import type { EventId } from '#kernel'
import type { Delivery } from './event.ts'
import type { Except, OutboxRow, OutboxStore } from './outbox-store.ts'

/** An outbox store that forgets at exit: for tests. */
export function memoryOutboxStore(): OutboxStore & {
  readonly rows: Map<EventId, OutboxRow>
  readonly deliveries: Delivery[]
} {
  const rows = new Map<EventId, OutboxRow>()
  const deliveries: Delivery[] = []
  const pending = (except: Except) =>
    [...rows.values()]
      .filter(
        (row) => row.state === 'pending' && !except.apps.includes(row.app) && !except.ids.includes(row.id),
      )
      .sort((a, b) => a.next_at.getTime() - b.next_at.getTime())
  return {
    rows,
    deliveries,
    insert: async (row) => void rows.set(row.id, row),
    get: async (id) => rows.get(id),
    due: async (at, limit, except) =>
      pending(except)
        .filter((row) => row.next_at <= at)
        .slice(0, limit),
    nextAt: async (except) => pending(except)[0]?.next_at,
    async settle(id, change, delivery) {
      const row = rows.get(id)
      if (row) rows.set(id, { ...row, ...change })
      if (delivery) deliveries.push(delivery)
    },
    async prune(before) {
      for (const row of rows.values())
        if (row.state !== 'pending' && row.created_at < before) rows.delete(row.id)
    },
  }
}
