import type { Alert } from '#alerts'
import type { AlertId, TenantId } from '#kernel'
import type { ApiAlerts } from './deps.ts'

/** Alerts in memory, for tests. */
export interface FakeAlerts {
  readonly rows: Map<AlertId, Alert>
  readonly deps: ApiAlerts
}

export function fakeAlerts(): FakeAlerts {
  const rows = new Map<AlertId, Alert>()
  return {
    rows,
    deps: {
      list: async ({ tenant, limit, before, filter }) =>
        [...rows.values()]
          .filter((row) => row.tenant === tenant && (before === undefined || row.id < before))
          .filter(({ state }) => filter.state === undefined || state === filter.state)
          .toSorted((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      get: async (tenant, id) => {
        const row = rows.get(id)
        return row?.tenant === tenant ? row : undefined
      },
      async acknowledge(_tenant, id, by) {
        const row = rows.get(id)
        if (row === undefined) return
        rows.set(id, { ...row, state: 'acknowledged', acknowledged_by: by, acknowledged_at: new Date(0) })
      },
    },
  }
}

export function anAlert(n: number, tenant: string): Alert {
  return {
    id: `alrt_${n.toString(16).padStart(32, '0')}` as AlertId,
    tenant: tenant as TenantId,
    rule: 'large-exports',
    group_key: 'token:tok_1',
    severity: 'high',
    state: 'open',
    events: 200,
    first_at: new Date(1_000),
    last_at: new Date(2_000),
    told_at: null,
    detail: {
      title: 'Much',
      types: { 'recording.read': 200 },
      examples: ['l#1'],
      counted: 200,
      limit: 200,
      usual: null,
    },
    acknowledged_at: null,
    acknowledged_by: null,
  }
}
