export { alertStore, type AlertStore } from './alert-store.ts'
export { auditStore, type AuditStore } from './audit-store.ts'
export { logCursorStore, type LogCursorStore } from './log-cursor-store.ts'
export { backupRows, type BackupRows } from './backup-store.ts'
export { consentStore, type ConsentStore } from './consent-store.ts'
export type { ConsentChoiceRow, ConsentRow } from './schema-consent.ts'
export { callLegStore, type CallLegStore } from './call-leg-store.ts'
export type { CallLegRow } from './schema-legs.ts'
export { callStore, type CallStore, type NewCallEvent, type OrphanedCall, type Page } from './call-store.ts'
export type { CallUpdate } from './call-writes.ts'
export { dialUsageStore, type DialUsageStore } from './dial-usage-store.ts'
export { DbError, type DbErrorCode } from './error.ts'
export { holdStore, type Hold, type HoldStore } from './hold-store.ts'
export { idempotencyStore, type IdempotencyStore } from './idempotency-store.ts'
export { openDatabase, type Database, type FieldSeal, type JobsDatabase } from './open-database.ts'
export type { DatabaseServer } from './open-server.ts'
export { migrateServer } from './migrate.ts'
export { objectRows, type ObjectRows, type StoredWhere } from './object-store.ts'
export type { BackupRow, ObjectRow, ObjectState } from './schema-objects.ts'
export { outboxStore, type OutboxChange, type OutboxExcept, type OutboxStore } from './outbox-store.ts'
export { receiptStore, type ReceiptStore } from './receipt-store.ts'
export { recordingStore, type RecordingEnd, type RecordingStore } from './recording-store.ts'
export {
  retentionStore,
  type Dropped,
  type DroppedPart,
  type DueCursor,
  type Judgement,
  type RetainedCall,
  type RetainedObject,
  type RetentionStore,
} from './retention-store.ts'
export type { CallRetentionColumns, HoldRow, SubjectRequestRow } from './schema-retention.ts'
export {
  type CallEventRow,
  type CallRow,
  type DeliveryRow,
  type IdempotencyRow,
  type OutboxRow,
  type RecordingRow,
  type Schema,
  type TokenRow,
} from './schema.ts'
export {
  subjectStore,
  type CallFindings,
  type SentEvent,
  type SubjectKey,
  type SubjectStore,
} from './subject-store.ts'
export { tenantKeyStore, type TenantKeyStore } from './tenant-key-store.ts'
export { applyErasures, settleRestored, type Erasure, type RestoredObject } from './settle-restored.ts'
export {
  advanceSequences,
  filledTables,
  insertLines,
  migrationsOf,
  readSnapshot,
  type SnapshotTable,
} from './snapshot.ts'
export { tokenStore, type TokenStore } from './token-store.ts'
export { transcriptStore, type NewTranscript, type TranscriptStore } from './transcript-store.ts'
export type { TranscriptRow } from './schema-transcripts.ts'
export { witnessedStore, type WitnessedStore } from './witnessed-store.ts'
export type { DataKeyRow, KeyRowPurpose, ShreddedKeyRow, TenantKeyRow } from './schema-keys.ts'
export {
  vaultTokenStore,
  type UseLimits,
  type VaultTokenKey,
  type VaultTokenStore,
} from './vault-token-store.ts'
export type { VaultTokenRow } from './schema-tokens.ts'
export { paymentStore, type OpenPayment, type PaymentChange, type PaymentStore } from './payment-store.ts'
export type { PaymentRow, PaymentState } from './schema-payments.ts'
export { redactionStore, type RedactionStore, type Replacement } from './redaction-store.ts'
export type { Mark, MarkRow, RedactionRow, RedactionSpan } from './schema-marks.ts'
