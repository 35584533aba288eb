import { leafHash } from '@voxkeep/tlog'
import { entryOf, type Audit, type AuditStore } from '#audit'
import type { Clock, TenantId } from '#kernel'
import type { EventLogs, SecurityEvent } from '#siem'

/** The audit logs as readers of events see them: each by its origin, the log of logs (whose entries are checkpoints) with the others. */
export function eventLogs(deps: {
  readonly store: Pick<AuditStore, 'logs' | 'leaves'>
  readonly audit: Pick<Audit, 'onAppended'>
  readonly clock: Pick<Clock, 'now'>
}): EventLogs {
  const known = new Map<string, { readonly tenant: TenantId; readonly size: number }>()
  return {
    async sizes() {
      const logs = await deps.store.logs()
      for (const { origin, tenant, size } of logs) known.set(origin, { tenant, size })
      return new Map(logs.map(({ origin, size }) => [origin, size]))
    },
    async read(log, from, limit) {
      const { tenant, size } = known.get(log) ?? { size: 0 }
      if (tenant === undefined) return []
      const rows = await deps.store.leaves(tenant, from, from + limit)
      const found = new Map(rows.map((row) => [row.idx, row]))
      // A row that is gone or changed leaves its place, however many there are of them: readers are told, and go on.
      const end = Math.min(from + limit, Math.max(size, (rows.at(-1)?.idx ?? -1) + 1))
      const nowMs = deps.clock.now()
      return Array.from({ length: Math.max(0, end - from) }, (_, n) =>
        eventAt({ log, tenant, index: from + n, row: found.get(from + n), nowMs }),
      )
    },
    onAppended: (fire) => deps.audit.onAppended(fire),
  }
}

type LeafRow = Awaited<ReturnType<AuditStore['leaves']>>[number]

function eventAt(o: {
  readonly log: string
  readonly tenant: TenantId
  readonly index: number
  readonly row: LeafRow | undefined
  readonly nowMs: number
}): SecurityEvent {
  const { log, tenant, index, row } = o
  const entry = row && entryOf(tenant, row)
  if (entry !== undefined) return { ...entry, log, index }
  const leaf = new TextEncoder().encode(row?.leaf ?? '')
  return {
    log,
    index,
    // When it was found: what its row says is the word of whoever changed it, and alerts go by time.
    at: new Date(o.nowMs).toISOString(),
    tenant,
    call: null,
    type: 'audit.unreadable',
    actor: 'system',
    fields: { why: row === undefined ? 'missing' : 'changed', log, index },
    hash: Buffer.from(leafHash(leaf)).toString('hex'),
  }
}
