import type { KeyRowPurpose } from '#db'
import type { TenantId } from '#kernel'

/** What a tenant key seals: each kind of data has keys of its own, so that one can be revoked or destroyed alone. */
export type KeyPurpose = KeyRowPurpose

/** What a wrapped key is for. Bound to it as authenticated data: it must be the same again when it is opened. */
export interface KeyContext {
  readonly tenant: TenantId
  readonly purpose: KeyPurpose
  /** The id of what it seals: a tenant key's own id, or an object's. */
  readonly object: string
}

/** A key as it is kept: only its provider can open it. */
export interface WrappedKey {
  readonly wrapped: Uint8Array
  /** Names provider, key and version, so that whoever reads it knows what must still be there. Nothing secret. */
  readonly keyRef: string
}

/** A fresh key. `plain` (32 bytes) is the caller's to use and to zero. */
export interface DataKey extends WrappedKey {
  readonly plain: Uint8Array
}

export interface ProviderKeyInfo {
  /** Of the version that wraps now. */
  readonly keyRef: string
  readonly createdAt: Date | undefined
  readonly state: 'enabled' | 'disabled' | 'destroying' | 'destroyed'
  readonly destroyAt?: Date | undefined
}

/**
 * A key service: the local keyring, Vault or OpenBao Transit, AWS KMS, a PKCS#11 token. `key` is the name of a key in it; what it
 * wraps are tenant keys, a few a year, never a call's data. Every promise rejects with `KeyError`: `KEY_UNAVAILABLE` (cannot be asked now; what is
 * open may stay open for its grace), `KEY_REFUSED` (denied, disabled or destroyed: close at once), `KEY_UNKNOWN`, `KEY_TAMPERED`.
 */
export interface KeyProvider extends AsyncDisposable {
  /** Its name in the configuration. */
  readonly id: string
  readonly kind: 'local' | 'vault-transit' | 'aws-kms' | 'pkcs11'
  /** Makes the key when the service lacks it and lets us. Again: nothing. */
  ensureKey(key: string): Promise<void>
  generateDataKey(key: string, context: KeyContext): Promise<DataKey>
  wrap(key: string, plain: Uint8Array, context: KeyContext): Promise<WrappedKey>
  /** The plain key, the caller's to zero. */
  unwrap(wrapped: WrappedKey, context: KeyContext): Promise<Uint8Array>
  /** The same key under the newest version; where the service can, without the plain key leaving it. */
  rewrap(wrapped: WrappedKey, context: KeyContext): Promise<WrappedKey>
  /** A new version wraps from now on. */
  rotate(key: string): Promise<ProviderKeyInfo>
  describe(key: string): Promise<ProviderKeyInfo>
  /**
   * From now on `key` refuses; after `afterMs` (services have their own least and greatest times) nothing that it wrapped can ever be opened
   * again. When that will be. A service that does not wait by itself (Transit) has to be asked again then, with 0.
   */
  scheduleDestroy(key: string, afterMs: number): Promise<Date>
}

/** A data key of one object as the database keeps it: wrapped by a tenant key, in this process, in microseconds. */
export interface SealedDataKey {
  /** The tenant key (`tky_…`) that wrapped it. */
  readonly tenantKey: string
  readonly wrapped: Uint8Array
}

/** Seals short texts for the database. `context` names the place (table, column, row); it and the tenant are bound to the text. */
export interface FieldSeal {
  /** Throws `KeyError` (`KEY_CLOSED`) when the tenant's key is not open: nothing is written rather than written in clear. */
  seal(tenant: TenantId, text: string, context: string): string
  /** Throws `KeyError` (`KEY_TAMPERED`, `KEY_UNKNOWN`, `KEY_CLOSED`). */
  open(tenant: TenantId, sealed: string, context: string): string
}

/**
 * The keys of all tenants: provider key, tenant key (one for each tenant, purpose and version), data key. What is open is bounded in number, age
 * and uses, checked against its provider again and again, and zeroed when it closes.
 */
export interface TenantKeys extends AsyncDisposable {
  /** Opens the tenant's keys, making those it lacks; from then on what is synchronous below works. Rejects with `KeyError`. */
  open(tenant: TenantId): Promise<void>
  /** A data key for one new object. Throws `KeyError` (`KEY_CLOSED`): then nothing may be kept. */
  newDataKey(context: KeyContext): SealedDataKey & { readonly plain: Uint8Array }
  /** The plain data key, the caller's to zero. Rejects with `KeyError`. */
  openDataKey(key: SealedDataKey, context: KeyContext): Promise<Uint8Array>
  readonly fieldSeal: FieldSeal
  /** 32 bytes for keyed hashes, the same for the same tenant and purpose whatever is rotated. Throws `KeyError` (`KEY_CLOSED`). */
  hmacKey(tenant: TenantId, purpose: string): Uint8Array
}
