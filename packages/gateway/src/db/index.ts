export { auditStore, type AuditStore } from './audit-store.ts'
export { callStore, type CallStore, type NewCallEvent, type OrphanedCall, type Page } from './call-store.ts'
export type { CallUpdate } from './call-writes.ts'
export { dialUsageStore, type DialUsageStore } from './dial-usage-store.ts'
export { DbError, type DbErrorCode } from './error.ts'
export { idempotencyStore, type IdempotencyStore } from './idempotency-store.ts'
export { openDatabase, type Database, type FieldSeal } from './open-database.ts'
export { outboxStore, type OutboxChange, type OutboxExcept, type OutboxStore } from './outbox-store.ts'
export { recordingStore, type RecordingEnd, type RecordingStore } from './recording-store.ts'
export {
  type AuditRow,
  type CallEventRow,
  type CallRow,
  type DeliveryRow,
  type IdempotencyRow,
  type OutboxRow,
  type RecordingRow,
  type Schema,
  type TokenRow,
} from './schema.ts'
export { tokenStore, type TokenStore } from './token-store.ts'
