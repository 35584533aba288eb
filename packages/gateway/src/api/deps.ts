import type { Tokens } from '#access'
import type { Alert } from '#alerts'
import type { AuditEntry, AuditEvent } from '#audit'
import type { CallCommand, CreateCall, CreatedCall, StreamCommand, VariableChange, Variables } from '#call'
import type { CallEventRow, CallLegRow, CallRow, IdempotencyRow, RecordingRow } from '#db'
import type {
  AlertId,
  AppId,
  CallId,
  Clock,
  Config,
  LegId,
  Log,
  Random,
  RecordingId,
  Secret,
  StreamId,
  TenantId,
  TokenId,
} from '#kernel'
import type { Deletion } from '#objects'
import type { SkippedSpan, WavExport } from '#vault'
import type { ApiAudit } from './deps-audit.ts'
import type { ApiConsents } from './deps-consents.ts'
import type { ApiKeys } from './deps-keys.ts'
import type { ApiLive } from './deps-live.ts'
import type { ApiBackups } from './deps-backups.ts'
import type { ApiObjects } from './deps-objects.ts'
import type { ApiSpeech } from './deps-speech.ts'
import type { ApiVerifiers } from './deps-verifiers.ts'
import type { ApiVoices } from './deps-voices.ts'
import type { ApiRedactions } from './deps-redactions.ts'
import type { ApiRetention } from './deps-retention.ts'
import type { ApiPayments, ApiVault } from './deps-vault.ts'
import type { ApiTranscripts } from './deps-transcripts.ts'
import type { ApiTwilio } from './deps-twilio.ts'

/** What the API needs of the rest; `gateway.ts` supplies it. Everything takes the tenant: another's rows do not exist. */
export interface ApiDeps {
  readonly config: NonNullable<Config['api']>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** From the keyring; cursors and idempotency fingerprints are made with it. */
  readonly key: Secret<Uint8Array>
  readonly tokens: Tokens
  readonly calls: ApiCalls
  readonly live: ApiLive
  readonly recordings: ApiRecordings
  readonly redactions: ApiRedactions
  readonly transcripts: ApiTranscripts
  readonly objects: ApiObjects
  readonly backups: ApiBackups
  readonly retention: ApiRetention
  readonly consents: ApiConsents
  readonly speech: ApiSpeech
  readonly voices: ApiVoices
  readonly verifiers: ApiVerifiers
  readonly vault: ApiVault
  readonly payments: ApiPayments
  readonly dialing: ApiDialing
  readonly twilio: ApiTwilio
  readonly keys: ApiKeys
  readonly alerts: ApiAlerts
  readonly idempotency: ApiIdempotency
  readonly auditLog: ApiAudit
  /** Resolves when the entry is durable. When it rejects the act does not happen. */
  readonly audit: (event: AuditEvent) => Promise<unknown>
  /** Prometheus text. */
  readonly metrics: () => Promise<string>
}

export interface PageOf<Filter> {
  readonly tenant: TenantId
  readonly limit: number
  /** Only rows with a lower id. */
  readonly before: string | undefined
  readonly filter: Filter
}

/** Those whom calls dial. */
export interface ApiCallLegs {
  get(tenant: TenantId, id: LegId): Promise<CallLegRow | undefined>
  /** Newest first. */
  list(page: PageOf<{ callId: CallId | undefined }>): Promise<readonly CallLegRow[]>
}

export interface ApiCalls {
  /** Newest first. */
  list(page: PageOf<{ state: CallRow['state'] | undefined }>): Promise<readonly CallRow[]>
  get(tenant: TenantId, id: CallId): Promise<CallRow | undefined>
  readonly legs: ApiCallLegs
  story(tenant: TenantId, id: CallId): Promise<readonly CallEventRow[]>
  /** The signed receipt, as JSON text; undefined until there is one. */
  receipt(tenant: TenantId, id: CallId): Promise<string | undefined>
  trail(tenant: TenantId, id: CallId): Promise<readonly AuditEntry[]>
  /** Begins a call; resolves once it is on record, not when it is answered. */
  create(request: CreateCall): Promise<CreatedCall>
  /**
   * Resolves once the commands are accepted, not when they are done; `ended` when the call is no longer there. What they dial
   * counts against `token`.
   */
  command(id: CallId, commands: readonly CallCommand[], token: TokenId): Promise<'accepted' | 'ended'>
  hangup(id: CallId): Promise<'accepted' | 'ended'>
  /** The `idempotency_key` of the payment that the call is at, where it has one. */
  paying(id: CallId): string | undefined
  /** Opens a stream that the app only hears, beside whatever the call does. */
  fork(id: CallId, command: StreamCommand, token: TokenId): Promise<StreamId | 'ended'>
  /** Closes one of the call's streams; again: nothing. `unknown` when the call never had one of this id. */
  closeStream(id: CallId, stream: StreamId): Promise<'accepted' | 'ended' | 'unknown'>
  /** Replaces them all. */
  /** Changes what is noted about a call as it is then; what is noted afterwards, or `refused`: it would be too much. */
  changeVariables(tenant: TenantId, id: CallId, change: VariableChange): Promise<Variables | 'refused'>
}

export interface ApiRecordings {
  /** Newest first. */
  list(page: PageOf<{ callId: CallId | undefined }>): Promise<readonly RecordingRow[]>
  get(tenant: TenantId, id: RecordingId): Promise<RecordingRow | undefined>
  /** Opens a finished recording; rejects when its file is gone, its key unknown or a byte changed. */
  open(row: RecordingRow): Promise<RecordingAudio>
  /** Pauses that are to be skipped, of those recordings that have any. */
  skipped(
    tenant: TenantId,
    ids: readonly RecordingId[],
  ): Promise<ReadonlyMap<RecordingId, readonly SkippedSpan[]>>
  /** Destroys the recording's key, then its bytes, wherever they are. Doing it again changes nothing. */
  delete(row: RecordingRow): Promise<Deletion>
}

/** The vault's `RecordingReader` fits. */
export interface RecordingAudio extends AsyncDisposable {
  readonly durationMs: number
  exportWav(
    fromMs: number,
    toMs: number,
    o: { readonly format: 'ulaw' | 'pcm16'; readonly skipped?: readonly SkippedSpan[] },
  ): WavExport
}

/** What the rules found. */
export interface ApiAlerts {
  /** Newest first. */
  list(page: PageOf<{ state: Alert['state'] | undefined }>): Promise<readonly Alert[]>
  get(tenant: TenantId, id: AlertId): Promise<Alert | undefined>
  /** Again: nothing; who did it first stays. */
  acknowledge(tenant: TenantId, id: AlertId, by: string): Promise<void>
}

/** The toll-fraud guard's stops. */
export interface ApiDialing {
  /** The tenant's apps whose calls an anomaly stopped. */
  stopped(tenant: TenantId): readonly AppId[]
  /** Lets an app call again, which is on the audit log first; false when it was not stopped. Rejects when that cannot be kept. */
  lift(app: AppId, actor: string): Promise<boolean>
}

/** The `idempotencyStore` of #db fits. */
export interface ApiIdempotency {
  /** Claims a key; the row that holds it already, or undefined. */
  begin(row: Omit<IdempotencyRow, 'status' | 'body'>): Promise<IdempotencyRow | undefined>
  finish(tenant: TenantId, token: TokenId, key: string, status: number, body: string): Promise<void>
  release(token: TokenId, key: string): Promise<void>
  prune(before: Date): Promise<void>
}
