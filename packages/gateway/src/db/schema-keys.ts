import type { TenantId, TenantKeyId } from '#kernel'

/** What a tenant key seals. */
export type KeyRowPurpose =
  | 'records'
  | 'audio'
  | 'transcript'
  | 'original'
  | 'analytics'
  | 'tokens'
  | 'backup'
  | 'system'

/** A tenant's key, wrapped by its provider. Once destroyed, `wrapped` is empty and its hash stays. */
export interface TenantKeyRow {
  readonly id: TenantKeyId
  readonly tenant: TenantId
  readonly purpose: KeyRowPurpose
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
  readonly purpose: KeyRowPurpose
  readonly tenant_key: TenantKeyId
  readonly wrapped: Uint8Array
  readonly created_at: Date
}

/** Proof that a data key was destroyed. */
export interface ShreddedKeyRow {
  readonly object: string
  readonly tenant: TenantId
  readonly purpose: KeyRowPurpose
  /** Of the wrapped key as it was, lower-case hex. */
  readonly wrapped_sha256: string
  readonly at: Date
}

/** Tables of `migrations/*-keys.ts`. */
export interface KeysSchema {
  tenant_keys: Omit<TenantKeyRow, 'wrapped'> & { wrapped: string }
  data_keys: Omit<DataKeyRow, 'wrapped'> & { wrapped: string }
  shredded_keys: ShreddedKeyRow
}
