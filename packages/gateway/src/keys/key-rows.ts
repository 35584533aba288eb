import type { DataKeyRow, ShreddedKeyRow, TenantKeyRow } from '#db'
import type { TenantId, TenantKeyId } from '#kernel'

export type { DataKeyRow, TenantKeyRow }
export type ShredProof = ShreddedKeyRow

/** How many data keys a tenant key wraps. */
export interface KeyUse {
  readonly tenant_key: TenantKeyId
  readonly objects: number
}

export interface Rewrapped {
  readonly object: string
  /** Under which it was found: another change in between wins. */
  readonly from: TenantKeyId
  readonly to: TenantKeyId
  readonly wrapped: Uint8Array
}

/** Where wrapped keys are kept; the `tenantKeyStore` of #db fits. A resolved write is durable. */
export interface KeyRows {
  /** All of a tenant's keys, destroyed ones too, oldest version first. */
  keysOf(tenant: TenantId): Promise<TenantKeyRow[]>
  /** Adds keys; one whose tenant, purpose and version are taken (by another node, just now) is left out. */
  addKeys(rows: readonly TenantKeyRow[]): Promise<void>
  /** Retires `old` and adds `fresh`, both or neither; false when `old` is not active any more. */
  replaceKey(old: TenantKeyId, fresh: TenantKeyRow): Promise<boolean>
  /** Puts the same key under another wrapping; false when it is not under `fromRef` any more. */
  rewrapKey(
    id: TenantKeyId,
    fromRef: string,
    to: Pick<TenantKeyRow, 'provider' | 'key' | 'key_ref' | 'wrapped'>,
  ): Promise<boolean>
  /**
   * Overwrites the wrapped keys and keeps their hashes; gives those that were not destroyed before. One that a data key still needs is
   * left alone.
   */
  destroyKeys(ids: readonly TenantKeyId[], at: Date): Promise<TenantKeyRow[]>
  /** Rejects when its tenant key was destroyed meanwhile. */
  addDataKey(row: DataKeyRow): Promise<void>
  dataKey(tenant: TenantId, object: string): Promise<DataKeyRow | undefined>
  /** How many data keys are under which of the tenant's keys. */
  uses(tenant: TenantId): Promise<KeyUse[]>
  /** Some data keys under the tenant key, in the order of their objects, from the one behind `after` on. */
  dataKeysUnder(tenant: TenantId, key: TenantKeyId, after: string, limit: number): Promise<DataKeyRow[]>
  rewrapDataKeys(changes: readonly Rewrapped[]): Promise<void>
  /** Deletes a data key for good; undefined when there never was one, the first proof when it was deleted before. */
  shred(tenant: TenantId, object: string, at: Date): Promise<ShredProof | undefined>
  /** Deletes all data keys of a tenant; how many there were. */
  shredTenant(tenant: TenantId, at: Date): Promise<number>
}
