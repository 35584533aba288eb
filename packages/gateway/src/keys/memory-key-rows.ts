import { createHash } from 'node:crypto'
import type { KeyRows, DataKeyRow, ShredProof, TenantKeyRow } from './key-rows.ts'

export interface MemoryKeyRows extends KeyRows {
  readonly keys: TenantKeyRow[]
  readonly dataKeys: DataKeyRow[]
  readonly proofs: ShredProof[]
}

/** Rows in memory, for tests: they do as the `tenantKeyStore` of #db does. */
export function memoryKeyRows(): MemoryKeyRows {
  const keys: TenantKeyRow[] = []
  const dataKeys: DataKeyRow[] = []
  const proofs: ShredProof[] = []
  const change = (id: string, row: Partial<TenantKeyRow>): TenantKeyRow => {
    const index = keys.findIndex((one) => one.id === id)
    return (keys[index] = { ...keys[index], ...row } as TenantKeyRow)
  }
  const remove = (row: DataKeyRow, at: Date): ShredProof => {
    dataKeys.splice(dataKeys.indexOf(row), 1)
    const { object, tenant, purpose, wrapped } = row
    const proof = { object, tenant, purpose, wrapped_sha256: hashOf(wrapped), at }
    proofs.push(proof)
    return proof
  }
  return {
    keys,
    dataKeys,
    proofs,
    keysOf: async (tenant) => keys.filter((row) => row.tenant === tenant),
    async addKeys(rows) {
      for (const row of rows) {
        const isTaken = keys.some(
          (one) => one.tenant === row.tenant && one.purpose === row.purpose && one.version === row.version,
        )
        if (!isTaken) keys.push(row)
      }
    },
    async replaceKey(old, fresh) {
      if (keys.find(({ id }) => id === old)?.state !== 'active') return false
      change(old, { state: 'retired', rotated_at: fresh.created_at })
      keys.push(fresh)
      return true
    },
    async rewrapKey(id, fromRef, to) {
      if (!keys.some((row) => row.id === id && row.key_ref === fromRef && row.state !== 'destroyed'))
        return false
      change(id, to)
      return true
    },
    destroyKeys: async (ids, at) =>
      keys
        .filter(({ id, state }) => ids.includes(id) && state !== 'destroyed')
        .filter(({ id }) => !dataKeys.some((row) => row.tenant_key === id))
        .map(({ id, wrapped }) =>
          change(id, {
            state: 'destroyed',
            destroyed_at: at,
            wrapped_sha256: hashOf(wrapped),
            wrapped: new Uint8Array(),
          }),
        ),
    async addDataKey(row) {
      dataKeys.push(row)
    },
    dataKey: async (tenant, object) => dataKeys.find((row) => row.tenant === tenant && row.object === object),
    async uses(tenant) {
      const counts = new Map<TenantKeyRow['id'], number>()
      for (const row of dataKeys)
        if (row.tenant === tenant) counts.set(row.tenant_key, (counts.get(row.tenant_key) ?? 0) + 1)
      return [...counts].map(([tenant_key, objects]) => ({ tenant_key, objects }))
    },
    dataKeysUnder: async (tenant, key, after, limit) =>
      dataKeys
        .filter((row) => row.tenant === tenant && row.tenant_key === key && row.object > after)
        .sort((a, b) => (a.object < b.object ? -1 : 1))
        .slice(0, limit),
    async rewrapDataKeys(changes) {
      for (const { object, from, to, wrapped } of changes) {
        const index = dataKeys.findIndex((row) => row.object === object && row.tenant_key === from)
        const row = dataKeys[index]
        if (row !== undefined) dataKeys[index] = { ...row, tenant_key: to, wrapped }
      }
    },
    async shred(tenant, object, at) {
      const row = dataKeys.find((one) => one.tenant === tenant && one.object === object)
      if (row !== undefined) return remove(row, at)
      return proofs.find((one) => one.tenant === tenant && one.object === object)
    },
    async shredTenant(tenant, at) {
      const rows = dataKeys.filter((row) => row.tenant === tenant)
      for (const row of rows) remove(row, at)
      return rows.length
    },
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
