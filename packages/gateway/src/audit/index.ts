export {
  startCheckpoints,
  type Checkpoints,
  type ShowCheckpoint,
  type SignedCheckpoint,
} from './checkpoints.ts'
export { type AuditEvent, type NumberKey } from './draft.ts'
export { type AuditEntry, type AuditValue } from './entry.ts'
export { AuditError, type AuditErrorCode } from './error.ts'
export { memoryAuditStore } from './memory-audit-store.ts'
export { entryOf, logOfLogs, openAudit, type Audit } from './open-audit.ts'
export { auditReader, type AuditQuery, type AuditReader } from './read-audit.ts'
export { openSigners, readKeys, type PublishedKey, type SeedSeal, type Signers } from './signers.ts'
export { type AuditStore } from './store.ts'
export { witnessClient } from './witness-client.ts'
export { witnessServer, type WitnessReply, type WitnessServer } from './witness-server.ts'
