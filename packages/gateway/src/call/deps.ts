import type {
  AppConfig,
  AppId,
  CallId,
  Clock,
  EventId,
  LegId,
  Log,
  Random,
  RecordingId,
  StreamId,
  TenantId,
} from '#kernel'
import type { FromMedia, LegStats, RecordingSpec, SealedSummary, StreamSpec } from '#media'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'

/** What one call needs of the world; `gateway.ts` supplies it. */
export interface CallDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly limits: { readonly maxDurationMs: number; readonly maxConcurrent: number }
  readonly advertisedAddress: string | undefined
  readonly media: CallMedia
  readonly apps: ReadonlyMap<AppId, CallApp>
  readonly keep: Keep
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
}

/** The media plane, as far as a call needs it. */
export interface CallMedia {
  open(leg: LegId): Promise<{ rtpPort: number }>
  connect(leg: LegId, audio: NegotiatedAudio): void
  close(leg: LegId): void
  /** Queues µ-law audio; resolves when it was played or stopped. */
  play(leg: LegId, ulaw: Uint8Array): Promise<'finished' | 'stopped' | 'closed'>
  stopPlay(leg: LegId): void
  openStream(leg: LegId, spec: StreamSpec): void
  closeStream(leg: LegId, stream: StreamId): void
  startRecording(leg: LegId, spec: RecordingSpec): Promise<void>
  pauseRecording(leg: LegId): void
  resumeRecording(leg: LegId): void
  stopRecording(leg: LegId): Promise<SealedSummary>
  /** Tells the leg's streams of a key that came by SIP INFO. */
  tellDigit(leg: LegId, digit: string): void
  stats(leg: LegId): Promise<LegStats>
  /** Reports what happens on the leg; the returned function stops it. */
  onLeg(leg: LegId, handler: (event: FromMedia) => void): () => void
}

/** One app: how it is asked, told, and streamed to. */
export interface CallApp {
  readonly config: AppConfig
  /** Asks the app. Resolves with its answer's JSON, or why there is none; never rejects. */
  decide(
    event: { id: EventId; type: string; call: CallId; data: object },
    signal: AbortSignal,
  ): Promise<Decision>
  /** Queues an event; resolves once it is durable. */
  tell(event: { id: EventId; type: string; call: CallId; data: object }): Promise<void>
  /** Resolves, checks and signs a stream's address; rejects when the guard refuses it. */
  prepareStream(
    url: string,
    stream: StreamId,
  ): Promise<Pick<StreamSpec, 'url' | 'address' | 'headers' | 'tls'>>
  /** Fetches a WAV over HTTPS through the guard, as µ-law 8 kHz; rejects when it cannot. */
  fetchAudio(url: string, signal: AbortSignal): Promise<Uint8Array>
  /** What the caller hears when the app cannot be asked. */
  readonly fallbackAudio: Uint8Array
  /** Names of the secrets that sign, for the receipt: fingerprints, never the values. */
  readonly signers: readonly string[]
  readonly accountSid: string
}

export type Decision =
  | { readonly ok: true; readonly answer: unknown; readonly url: string }
  | { readonly ok: false; readonly why: string; readonly status?: number | undefined }

/** What is kept of a call: its row, its story, its audit trail, its recordings. */
export interface Keep {
  begin(call: CallRecord): Promise<void>
  update(id: CallId, change: CallChange): Promise<void>
  story(id: CallId, tenant: TenantId, kind: string, fields: Readonly<Record<string, StoryValue>>): void
  /** Resolves when the entry is durable; what it permits may only then happen. */
  audit(event: {
    type: string
    tenant: TenantId
    call: CallId
    actor: string
    fields: Readonly<Record<string, StoryValue>>
  }): Promise<void>
  /** Makes a recording's data key and header, and lists it; `listed` resolves when the row is durable. */
  beginRecording(call: CallId, tenant: TenantId, id: RecordingId, startedAtMs: number): BegunRecording
  endRecording(
    id: RecordingId,
    outcome: { state: 'sealed' | 'failed'; sealed?: SealedSummary },
  ): Promise<void>
  ladder(leg: LegId): unknown
}
export interface BegunRecording {
  /** The caller zeroes `dataKey`. */
  readonly spec: RecordingSpec
  readonly keyRef: string
  readonly listed: Promise<void>
}
export type StoryValue = string | number | boolean | null

export interface CallRecord {
  readonly id: CallId
  readonly tenant: TenantId
  readonly app: AppId
  readonly trunk: string
  readonly from: string
  readonly to: string
  readonly startedAtMs: number
}

export interface CallChange {
  readonly state?: 'active' | 'ended'
  readonly answeredAtMs?: number
  readonly endedAtMs?: number
  readonly endReason?: EndReason
  readonly receipt?: object
  readonly ladder?: unknown
  readonly variables?: Readonly<Record<string, string>>
}

/** Why a call ended. Each cause has its own word, so that a story never guesses. */
export type EndReason =
  | 'caller-hung-up'
  | 'caller-cancelled'
  | 'app-hung-up' // the app's hangup command
  | 'app-finished' // the app's commands ran out
  | 'app-rejected'
  | 'app-failed' // the app could not be asked or made no sense; the fallback was given
  | 'api-hung-up'
  | 'media-silent'
  | 'media-failed'
  | 'max-duration'
  | 'not-acceptable' // no common codec, or no SRTP
  | 'over-capacity'
  | 'no-ack'
  | 'connection-lost'
  | 'audit-failed'
  | 'shutdown'
