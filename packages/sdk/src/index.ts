export { VoxkeepApiError } from './api-error.ts'
export { createClient, type ClientOptions, type VoxkeepClient } from './client.ts'
export {
  answerWith,
  commands,
  type CallCommand,
  type CallOutOptions,
  type DialOptions,
  type GatherOptions,
  type PlayOptions,
  type RejectStatus,
  type StreamOptions,
  type TransferOptions,
} from './commands.ts'
export type { HeaderSource } from './header-value.ts'
export type { Listing } from './pages.ts'
export type {
  ActOptions,
  AudioOptions,
  AuditEntry,
  Call,
  CallDetail,
  CallListOptions,
  CallRequest,
  DialingStop,
  NewToken,
  Page,
  PageOptions,
  Recording,
  RecordingListOptions,
  Scope,
  Token,
  TokenRequest,
} from './resources.ts'
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
