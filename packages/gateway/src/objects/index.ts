export {
  objectKinds,
  type ListedObject,
  type LockMode,
  type ObjectKind,
  type ObjectRef,
  type ObjectStore,
  type StoredObject,
} from './contract.ts'
export { isObjectError, ObjectError, type ObjectErrorCode } from './error.ts'
export { folderStore, type FolderStoreOptions } from './folder-store.ts'
export { objectKeeper, type Deletion, type Keeper, type ObjectDeps, type ObjectEvent } from './keeper.ts'
export { startMover, type Mover } from './mover.ts'
export { keyOf, openStores, storeName, type Stores } from './places.ts'
export type { ListedRow, ObjectList } from './rows.ts'
export type { S3Credentials, S3StoreOptions } from './s3-client.ts'
export { s3Store } from './s3-store.ts'
export { storeSource } from './store-source.ts'
export { openSpool, type Spool } from './spool.ts'
export { verifyObjects, type VerifyDeps, type VerifyOptions, type VerifyReport } from './verify.ts'
