import type { TokenRow, TokenStore } from './tokens.ts'

/** A token store that forgets at exit: for tests and tools. */
export function memoryTokenStore(): TokenStore & { readonly rows: ReadonlyMap<string, TokenRow> } {
  const rows = new Map<string, TokenRow>()
  return {
    rows,
    insert: async (row) => void rows.set(row.id, row),
    byPrefix: async (prefix) => [...rows.values()].filter((row) => row.prefix === prefix),
    list: async (tenant, page) =>
      [...rows.values()]
        .filter((row) => row.tenant === tenant && (page.before === undefined || row.id < page.before))
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, page.limit),
    async get(tenant, id) {
      const row = rows.get(id)
      return row?.tenant === tenant ? row : undefined
    },
    async revoke(tenant, id, at) {
      const row = rows.get(id)
      if (row?.tenant === tenant && !row.revoked_at) rows.set(id, { ...row, revoked_at: at })
    },
    async touch(id, at) {
      const row = rows.get(id)
      if (row) rows.set(id, { ...row, last_used_at: at })
    },
  }
}
