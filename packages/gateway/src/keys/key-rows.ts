import type { TenantId, TenantKeyId } from '#kernel'
import type { KeyPurpose } from './contract.ts'

/** A tenant's key, wrapped by its provider. Once destroyed, `wrapped` is empty and its hash stays. */
export interface TenantKeyRow {
  readonly id: TenantKeyId
  readonly tenant: TenantId
  readonly purpose: KeyPurpose
  readonly version: number
  /** The provider's name in the configuration, the key's name in it, and which version of that wrapped this. */
  readonly provider: string
  readonly key: string
  readonly key_ref: string
  readonly wrapped: Uint8Array
  readonly state: 'active' | 'retired' | 'destroyed'
  readonly created_at: Date
  /** From when on it seals: other nodes of the same database have heard of it by then. */
  readonly active_from: Date
  readonly rotated_at: Date | null
  readonly destroyed_at: Date | null
  /** Of what `wrapped` held, lower-case hex: proof of what was destroyed. */
  readonly wrapped_sha256: string | null
}

/** The data key of one object, wrapped by a tenant key. Without this row the object opens never again. */
export interface DataKeyRow {
  readonly object: string
  readonly tenant: TenantId
  readonly purpose: KeyPurpose
  readonly tenant_key: TenantKeyId
  readonly wrapped: Uint8Array
  readonly created_at: Date
}

/** Proof that a data key was destroyed: the hash of the wrapped key, lower-case hex. */
export interface ShredProof {
  readonly object: string
  readonly tenant: TenantId
  readonly purpose: KeyPurpose
  readonly wrapped_sha256: string
  readonly at: Date
}

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
