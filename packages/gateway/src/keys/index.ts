export type {
  DataKey,
  FieldSeal,
  KeyContext,
  KeyProvider,
  KeyPurpose,
  ProviderKeyInfo,
  SealedDataKey,
  TenantKeys,
  WrappedKey,
} from './contract.ts'
export { openDetachedKey } from './detached.ts'
export { asKeyError, KeyError, type KeyErrorCode } from './error.ts'
export { countedProvider } from './counted-provider.ts'
export type { KeyEvent } from './key-event.ts'
export type { KeyOverview } from './key-overview.ts'
export { startKeyUpkeep } from './key-upkeep.ts'
export type { RewrapProgress } from './key-rewrap.ts'
export type { KeyRows, ShredProof, TenantKeyRow } from './key-rows.ts'
export type { DestroyedTenant } from './key-shredding.ts'
export { createKeyring, openKeyring, type KeyringOptions } from './keyring.ts'
export {
  openTenantKeys,
  type BegunKey,
  type OpenTenantKeys,
  type TenantKeysOptions,
} from './open-tenant-keys.ts'
export { keyPurposes, type KeyPlace } from './tenant-book.ts'
