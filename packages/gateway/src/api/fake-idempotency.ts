import type { IdempotencyRow } from '#db'
import type { ApiIdempotency } from './deps.ts'

const id = (token: string, key: string) => `${token} ${key}`

/** Keys and answers in the world's map. */
export function fakeIdempotency({
  idempotency: rows,
  failing,
}: {
  readonly idempotency: Map<string, IdempotencyRow>
  readonly failing: { readonly finish?: boolean }
}): ApiIdempotency {
  return {
    async begin(row) {
      const held = rows.get(id(row.token_id, row.key))
      if (!held) rows.set(id(row.token_id, row.key), { ...row, status: null, body: null })
      return held
    },
    async finish(_tenant, token, key, status, body) {
      if (failing.finish) throw new Error('disk full')
      const row = rows.get(id(token, key))
      if (row) rows.set(id(token, key), { ...row, status, body })
    },
    async release(token, key) {
      if (rows.get(id(token, key))?.status === null) rows.delete(id(token, key))
    },
    async prune(before) {
      for (const [name, row] of rows) if (row.created_at < before) rows.delete(name)
    },
  }
}
