import type { CallId, TenantId } from '#kernel'
import type { ListedRow, ObjectList } from './rows.ts'

/** A list of objects in memory, for tests; what the database does in SQL it does by hand. */
export function fakeList(): ObjectList & {
  readonly rows: Map<string, ListedRow>
  add(row: Partial<ListedRow> & Pick<ListedRow, 'id' | 'bytes' | 'sha256'>): ListedRow
} {
  const rows = new Map<string, ListedRow>()
  const inState = (states: readonly string[], o: { after: string; limit: number }) =>
    [...rows.values()]
      .filter((row) => states.includes(row.state) && row.id > o.after)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, o.limit)
  const change = (id: string, from: readonly string[], to: Partial<ListedRow>): boolean => {
    const row = rows.get(id)
    if (row === undefined || !from.includes(row.state)) return false
    rows.set(id, { ...row, ...to })
    return true
  }
  return {
    rows,
    add(row) {
      const whole: ListedRow = {
        tenant: 'acme' as TenantId,
        kind: 'audio',
        call_id: 'call_1' as CallId,
        node: 'a',
        store: null,
        key: null,
        version_id: null,
        lock_until: null,
        state: 'spooled',
        reason: null,
        created_at: new Date(1_700_000_000_000),
        ...row,
      }
      rows.set(row.id, whole)
      return whole
    },
    find: async (id) => rows.get(id),
    spooled: async (page) => inState(['spooled'], page),
    deleting: async (page) => inState(['deleting'], page),
    kept: async (page) =>
      inState(['stored', 'missing', 'corrupt'], page).filter(
        ({ tenant }) => page.tenant === undefined || tenant === page.tenant,
      ),
    leastChecked: async (limit) => inState(['stored', 'missing', 'corrupt'], { after: '', limit }),
    among: async (ids) => ids.flatMap((id) => rows.get(id) ?? []),
    stored: async (id, where) => change(id, ['spooled'], { ...where, state: 'stored', reason: null }),
    beginDeleting: async (id) =>
      change(id, ['spooled', 'stored', 'deleting', 'missing', 'corrupt'], { state: 'deleting' }),
    stillThere: async (id, reason, until) =>
      void change(id, ['deleting'], { reason, ...(until && { lock_until: until }) }),
    deleted: async (id) => void change(id, ['deleting'], { state: 'deleted', reason: null }),
    checked: async (id, state, _at, reason) =>
      void change(id, ['spooled', 'stored', 'missing', 'corrupt'], { state, reason }),
  }
}
