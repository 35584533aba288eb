import { hkdfSync } from 'node:crypto'
import type { TenantId, TenantKeyId } from '#kernel'
import type { KeyPurpose } from './contract.ts'
import { KeyError } from './error.ts'
import type { FieldKeys } from './field-seal.ts'
import type { TenantKeyRow } from './key-rows.ts'

export interface OpenKey {
  readonly row: TenantKeyRow
  /** 32 bytes; zeroed when the ring closes. */
  readonly plain: Uint8Array
}

/** One tenant's keys as they are open in memory. */
export class TenantRing implements Disposable {
  readonly tenant: TenantId
  readonly #keys = new Map<TenantKeyId, OpenKey>()
  constructor(tenant: TenantId) {
    this.tenant = tenant
  }

  get open(): readonly OpenKey[] {
    return [...this.#keys.values()]
  }

  get(id: TenantKeyId): OpenKey | undefined {
    return this.#keys.get(id)
  }

  /** Takes `plain` over. One that is open already stays: somebody may be using it. */
  add(row: TenantKeyRow, plain: Uint8Array): OpenKey {
    const known = this.#keys.get(row.id)
    if (known !== undefined) {
      plain.fill(0)
      return known
    }
    const open = { row, plain }
    this.#keys.set(row.id, open)
    return open
  }

  /** Takes what the rows say now, and closes the keys that have none any more. */
  follow(rows: readonly TenantKeyRow[]): void {
    for (const { row, plain } of this.open) {
      const now = rows.find(({ id, state }) => id === row.id && state !== 'destroyed')
      if (now !== undefined) this.#keys.set(row.id, { row: now, plain })
      else {
        plain.fill(0)
        this.#keys.delete(row.id)
      }
    }
  }

  /** The key that seals for a purpose now: the newest whose time has come. Throws `KeyError` (`KEY_CLOSED`). */
  current(purpose: KeyPurpose, nowMs: number): OpenKey {
    let best: OpenKey | undefined
    let first: OpenKey | undefined // for a clock that was set back before the first key's time
    for (const key of this.#keys.values()) {
      if (key.row.purpose !== purpose) continue
      if (first === undefined || key.row.version < first.row.version) first = key
      if (key.row.active_from.getTime() > nowMs) continue
      if (best === undefined || key.row.version > best.row.version) best = key
    }
    best ??= first
    if (best === undefined) throw new KeyError('KEY_CLOSED', 'the tenant has no open key for this purpose')
    return best
  }

  /** What its fields are sealed under. */
  fieldKeys(nowMs: number): FieldKeys {
    const newest = this.current('records', nowMs).row.version
    return {
      newest,
      get: (version) =>
        this.open.find(({ row }) => row.purpose === 'records' && row.version === version)?.plain,
    }
  }

  /** 32 bytes for keyed hashes; the root never changes. */
  hmacKey(purpose: string): Uint8Array {
    const roots = this.open.filter(({ row }) => row.purpose === 'system')
    const root = roots.find(({ row }) => row.version === 1)
    if (root === undefined) throw new KeyError('KEY_CLOSED', 'the tenant’s hash root is not open')
    return new Uint8Array(hkdfSync('sha256', root.plain, '', `voxkeep hmac v1 ${purpose}`, 32))
  }

  [Symbol.dispose](): void {
    for (const { plain } of this.#keys.values()) plain.fill(0)
    this.#keys.clear()
  }
}
