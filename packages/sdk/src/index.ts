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
  type PromptPart,
  type RejectStatus,
  type AgentOptions,
  type StreamOptions,
  type StreamWireName,
  type TransferOptions,
} from './commands.ts'
export type {
  CardBrand,
  CollectFault,
  CollectField,
  CollectKind,
  CollectOptions,
  CollectPrompts,
  PayFieldKind,
  PayOptions,
  RoomOptions,
} from './commands-collect.ts'
export {
  isCollected,
  isCollectProgress,
  isPaid,
  isPaymentSettled,
  type CollectedEvent,
  type CollectedField,
  type CollectOutcome,
  type CollectProgressEvent,
  type PaidEvent,
  type PaymentSettledEvent,
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
export {
  answerOnNode,
  answerRequest,
  answerWebhook,
  type WebhookAnswer,
  type WebhookHandlers,
  type WebhookOptions,
  type WebhookReply,
} from './answer-webhook.ts'
export { acceptOnBun, type BunHandlers } from './accept-on-bun.ts'
export { acceptOnDeno } from './accept-on-deno.ts'
export { acceptOnNode, type NodeServer, type NodeSockets } from './accept-on-node.ts'
export { acceptOnWorkers } from './accept-on-workers.ts'
export type { Conversation, PlayPiece, StreamPlayOptions } from './conversation.ts'
export { alaw, ulaw, type SampleCodec } from './g711.ts'
export type { MarkState } from './pending-marks.ts'
export type { Interruption } from './playback-ledger.ts'
export { resampler, type Resample } from './resample.ts'
export { speechDetector, type SpeechDetector, type SpeechOptions } from './speech-detector.ts'
export type { AudioFrame, PlayFormat } from './stream-audio.ts'
export type { StreamClock } from './stream-clock.ts'
export { StreamError } from './stream-error.ts'
export type { AudioEncoding, StreamAck, StreamEvents, StreamSession, StreamTrack } from './stream-events.ts'
export {
  createStreamServer,
  type StreamServer,
  type StreamServerOptions,
  type Upgrade,
  type UpgradeFault,
  type UpgradeRequest,
} from './stream-server.ts'
export type { StreamSocket } from './stream-socket.ts'
export type { StreamTokens } from './stream-tokens.ts'
export { verifyStreamUpgrade, type VerifiedStreamUpgrade } from './stream-upgrade.ts'
export {
  isConnected,
  isDialed,
  isEvent,
  isGathered,
  isIncomingCall,
  type CallerIdentity,
  type ConnectedEvent,
  type DialedEvent,
  type DialOutcome,
  type EventOf,
  type GatheredEvent,
  type IncomingCallEvent,
  type KnownEvent,
  type NoticeEvent,
  type TransportFacts,
  type WebhookEvent,
} from './webhook-event.ts'
export type * from './webhook-notices.ts'
export type * from './webhook-commands.ts'
export type * from './commands-call.ts'
export { answerTool, type ToolAnswer, type ToolEvent } from './webhook-tool.ts'
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
export type { Verifier, Voice } from './resources-voices.ts'
export type { VerifyVoiceOptions } from './commands-verify.ts'
export type { Interruptible, RelayOptions, SayOptions } from './commands-voice.ts'
export type { RelayEndedEvent } from './webhook-relay.ts'
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
export type { LiveCall, LiveCallDetail, LiveItem, StoryLine } from './resources-live.ts'
