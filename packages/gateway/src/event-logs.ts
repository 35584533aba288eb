import { leafHash } from '@voxkeep/tlog'
import { entryOf, type Audit, type AuditStore } from '#audit'
import type { TenantId } from '#kernel'
import type { EventLogs, SecurityEvent } from '#siem'

/** The audit logs as readers of events see them: each by its origin, the log of logs (whose entries are checkpoints) with the others. */
export function eventLogs(deps: {
  readonly store: Pick<AuditStore, 'logs' | 'leaves'>
  readonly audit: Pick<Audit, 'onAppended'>
}): EventLogs {
  const tenants = new Map<string, TenantId>()
  return {
    async sizes() {
      const logs = await deps.store.logs()
      for (const { origin, tenant } of logs) tenants.set(origin, tenant)
      return new Map(logs.map(({ origin, size }) => [origin, size]))
    },
    async read(log, from, limit) {
      const tenant = tenants.get(log)
      if (tenant === undefined) return []
      const rows = await deps.store.leaves(tenant, from, from + limit)
      const found = new Map(rows.map((row) => [row.idx, row]))
      const last = rows.at(-1)?.idx ?? from - 1
      // A row that is gone or changed leaves its place: readers are told, and go on.
      return Array.from({ length: last - from + 1 }, (_, n) =>
        eventAt(log, tenant, from + n, found.get(from + n)),
      )
    },
    onAppended: (fire) => deps.audit.onAppended(fire),
  }
}

type LeafRow = Awaited<ReturnType<AuditStore['leaves']>>[number]

function eventAt(log: string, tenant: TenantId, index: number, row: LeafRow | undefined): SecurityEvent {
  const entry = row && entryOf(tenant, row)
  if (entry !== undefined) return { ...entry, log, index }
  const leaf = new TextEncoder().encode(row?.leaf ?? '')
  return {
    log,
    index,
    at: (row?.at ?? new Date(0)).toISOString(),
    tenant,
    call: null,
    type: 'audit.unreadable',
    actor: 'system',
    fields: { why: row === undefined ? 'missing' : 'changed', log, index },
    hash: Buffer.from(leafHash(leaf)).toString('hex'),
  }
}
