export { VoxkeepApiError } from './api-error.ts'
export { createClient, type ClientOptions, type VoxkeepClient } from './client.ts'
export {
  answerWith,
  commands,
  type CallCommand,
  type ConsentOptions,
  type ConsentParty,
  type CallOutOptions,
  type DialOptions,
  type GatherOptions,
  type PlayOptions,
  type RejectStatus,
  type StreamOptions,
  type TransferOptions,
} from './commands.ts'
export type {
  CardBrand,
  CollectFault,
  CollectField,
  CollectKind,
  CollectOptions,
  CollectPrompts,
  PayOptions,
  RoomOptions,
} from './commands-collect.ts'
export {
  isCollected,
  isCollectProgress,
  isPaid,
  type CollectedEvent,
  type CollectedField,
  type CollectOutcome,
  type CollectProgressEvent,
  type PaidEvent,
  type PaidMethod,
  type PayOutcome,
} from './webhook-collect.ts'
export {
  isTranscript,
  type PiiType,
  type RedactOptions,
  type RedactSpan,
  type TranscribeOptions,
  type TranscriptEvent,
} from './commands-words.ts'
export type {
  Transcript,
  TranscriptFinding,
  TranscriptLine,
  TranscriptOptions,
} from './resources-transcripts.ts'
export type { HeaderSource } from './header-value.ts'
export type { Listing } from './pages.ts'
export type {
  ActOptions,
  Alert,
  AlertListOptions,
  AudioOptions,
  AuditEntry,
  Call,
  CallDetail,
  CallListOptions,
  CallReceipt,
  CallRequest,
  DialingStop,
  KeyDestruction,
  KeyPurpose,
  KeyRotation,
  Keys,
  NewToken,
  Page,
  PageOptions,
  Recording,
  RecordingListOptions,
  Scope,
  Token,
  TenantKey,
  TokenRequest,
} from './resources.ts'
export type {
  Backup,
  Erasure,
  ObjectListOptions,
  SealedObject,
  VerifyReport,
  VerifyRequest,
} from './resources-objects.ts'
export type { SignatureFault, VerifyOptions } from './signature.ts'
export { verifyStreamUpgrade, type VerifiedStreamUpgrade } from './stream-upgrade.ts'
export {
  isConnected,
  isDialed,
  isGathered,
  isIncomingCall,
  type CallerIdentity,
  type ConnectedEvent,
  type DialedEvent,
  type DialOutcome,
  type GatheredEvent,
  type IncomingCallEvent,
  type NoticeEvent,
  type TransportFacts,
  type WebhookEvent,
} from './webhook-event.ts'
export { verifyWebhook, type VerifiedWebhook } from './webhook.ts'
export type { KeepingClient } from './client-keeping.ts'
export type {
  Hold,
  HoldListOptions,
  HoldRequest,
  Job,
  RetentionPlan,
  SubjectRequest,
} from './resources-keeping.ts'
export type { SpeechEngine } from './resources-speech.ts'
export type { Consent, ConsentChoice, ConsentListOptions, ConsentRule } from './resources-consents.ts'
export type { AuditClient, AuditKeys, AuditListOptions, AuditReport } from './client-audit.ts'
export type {
  RecordingMark,
  RecordingMarks,
  RecordingRedaction,
  RedactionRequest,
  RedactionSpan,
} from './resources-redactions.ts'
export type { VaultClient } from './client-vault.ts'
export type {
  NewVaultToken,
  Payment,
  PaymentListOptions,
  VaultToken,
  VaultTokenKind,
} from './resources-vault.ts'
