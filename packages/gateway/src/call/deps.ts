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
  TranscriptId,
  TrunkId,
} from '#kernel'
import type { ConsentBook } from '#consent'
import type { DialGuard } from '#dialing'
import type { InbandDigits, MediaPlane, RecordingSpec, SealedSummary, StreamSpec } from '#media'
import type { Payments } from '#payment'
import type { PrivacyPolicy } from '#privacy'
import type { SpeakingVoice, SpeechEngine, Verifier } from '#speech'
import type { TextSocket, TextSocketHandlers, TextTarget } from '#stream'
import type { TokenVault } from '#tokens'
import type { AudioCodec } from '@voxkeep/wire/sdp'
import type { ActionAddress } from './command-parts.ts'
import type { IncomingCall, LegSrtp, PlaceCall } from './contract.ts'
import type { CallAgent } from './stream-agent.ts'
import type { ConsentEntry, SecurityReceipt } from './receipt.ts'

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
  /** What its configuration says of a trunk; undefined when there is none of that name. */
  readonly trunk: (id: TrunkId) => TrunkFacts | undefined
  /** Places a leg through a trunk. */
  readonly place: PlaceCall
  /** Judges whether somebody may be called, and counts it; the same for API, commands and transfers. */
  readonly dialing: Dialing
  /** Verifies a caller's PASSporT, as the trunk's policy says; resolves, with what the receipt shows, and never rejects. */
  readonly verifyIdentity: (incoming: IncomingCall, signal: AbortSignal) => Promise<IdentityResult>
  /** An `Identity` header value for a call we place; undefined when calls are not signed. */
  readonly signIdentity: (call: { app: AppId; from: string; to: string }) => Promise<string | undefined>
  /** Who must agree to a recording, and who chose beforehand. */
  readonly consent: CallConsents
  /** Why a call may not be on this node: it is tied to other regions. Undefined: it may. */
  readonly awayFrom: (call: {
    readonly tenant: TenantId
    readonly trunk?: TrunkId
  }) => 'tenant' | 'trunk' | undefined
  /** Where values that were keyed in or said are kept under tokens. */
  readonly tokens: TokenVault
  readonly payments: Payments
  readonly words: CallWords
  readonly voices: CallVoices
  readonly verifiers: CallVerifiers
  /** Opens a WebSocket to an app that carries text alone, at an address that its `prepareStream` gave. */
  readonly openText: (target: TextTarget, handlers: TextSocketHandlers) => TextSocket
  /** AIs that a call is connected with directly, by their name. */
  readonly agents?: ReadonlyMap<string, CallAgent>
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
}

/** What says words to callers. */
export interface CallVoices {
  /** The one of that name; without a name the app's own, which there always is. Undefined: there is none of that name. */
  voice(app: AppConfig, name?: string): SpeakingVoice | undefined
}

/** What compares voices. */
export interface CallVerifiers {
  /** The one of that name; without a name the app's own, else the first. Undefined: there is none. */
  verifier(app: AppConfig, name?: string): Verifier | undefined
  /** What stands in the audit log for whose voice it is. Throws while the tenant's keys are closed. */
  pseudonym(tenant: TenantId, subject: string): string
}

/** What hears calls, and keeps what was said on them. */
export interface CallWords {
  /** What becomes of what is said on an app's calls; undefined: nobody listens. */
  policyOf(app: AppConfig): PrivacyPolicy | undefined
  engine(id: string): SpeechEngine | undefined
  /** Begins a transcript. Resolves once it is listed and its key kept; with undefined where nothing of the tenant's calls is. */
  begin(transcript: NewTranscript): Promise<CallTranscript | undefined>
  /** Keeps what a recording that runs will have to be redacted by, all of it each time: should we die, it is done at the next start. */
  foresee(redaction: SealedRedaction): Promise<void>
  /** Redacts after the fact what was sealed before it was known. */
  redactSealed(redaction: SealedRedaction): Promise<void>
}

export interface SealedRedaction {
  readonly tenant: TenantId
  readonly call: CallId
  readonly recording: RecordingId
  readonly spans: readonly {
    readonly channel: 0 | 1
    readonly fromMs: number
    readonly toMs: number
    readonly why: string
  }[]
  readonly mask: 'silence' | 'tone'
}
export interface NewTranscript {
  readonly call: CallId
  readonly tenant: TenantId
  readonly content: 'redacted' | 'original'
  readonly startedAtMs: number
  readonly policy: string
  readonly engine: string
  readonly language: string
}
/** A transcript that grows; every line is JSON. */
export interface CallTranscript {
  readonly id: TranscriptId
  readonly content: NewTranscript['content']
  readonly keyRef: string
  add(line: object): void
  /** Seals it. Rejects when it is not sealed to its end. */
  finish(): Promise<{ readonly lines: number; readonly sha256: string }>
}

/** The rules of consent, and what people chose once and for all. */
export interface CallConsents extends Pick<ConsentBook, 'policy' | 'require' | 'own'> {
  /** Rejects when it cannot be looked up: then nothing is recorded. */
  choice(tenant: TenantId, number: string): Promise<'opt-in' | 'opt-out' | undefined>
}

export interface TrunkFacts {
  readonly srtp: LegSrtp
  /** In our order of preference. */
  readonly codecs: readonly AudioCodec[]
  readonly inbandDigits: InbandDigits
  /** Whether its peers may have a call transferred there. */
  mayReferTo(to: string): boolean
}

/** What came of a caller's PASSporT (RFC 8224, RFC 8588). */
export interface IdentityResult {
  readonly status: 'off' | 'none' | 'passed' | 'failed' | 'unavailable'
  readonly attestation?: 'A' | 'B' | 'C'
  readonly originationId?: string
  /** Why it did not pass: a word from a closed set. */
  readonly reason?: string
  /** Who signed: subject and service-provider code of its certificate. */
  readonly signer?: string
  /** The number that was first called, when a signed diversion (RFC 8946) brought the call here. */
  readonly divertedFrom?: string
  /** What the trunk's policy makes of it; with `reject`, the status to refuse with. */
  readonly policy: 'accept' | 'downgrade' | 'reject'
  readonly refuseWith?: number
}

/** The toll-fraud guard, as far as a call needs it. */
export type Dialing = Pick<DialGuard, 'admit'>

/** The media plane, as far as a call needs it. */
export type CallMedia = Omit<MediaPlane, typeof Symbol.asyncDispose>

/** One app: how it is asked, told, and streamed to. */
export interface CallApp {
  readonly config: AppConfig
  /** Asks the app. Resolves with its answer's JSON, or why there is none; never rejects. */
  decide(
    event: {
      id: EventId
      type: string
      call: CallId
      /** What is asked, and all that `describe` says of the call. */
      data: object
      to?: ActionAddress | undefined
    },
    signal: AbortSignal,
  ): Promise<Decision>
  /** Queues an event; resolves once it is durable. `to`: where it goes in place of the app's own address. */
  tell(event: {
    id: EventId
    type: string
    call: CallId
    data: object
    /** All that `describe` says of the call: for a dialect that tells more of it than the event does. */
    about: Readonly<Record<string, unknown>>
    to?: ActionAddress | undefined
  }): Promise<void>
  /** Resolves, checks and signs a stream's address; rejects when the guard refuses it. */
  prepareStream(
    url: string,
    stream: StreamId,
  ): Promise<Pick<StreamSpec, 'url' | 'address' | 'headers' | 'tls'>>
  /** Fetches a WAV over HTTPS through the guard, as µ-law 8 kHz; rejects when it cannot. */
  fetchAudio(url: string, signal: AbortSignal): Promise<Uint8Array>
  /** What the caller hears when the app cannot be asked. */
  readonly fallbackAudio: Uint8Array
  /** What somebody on hold hears, over and over, as µ-law 8 kHz; undefined: silence. */
  readonly holdMusic: Uint8Array | undefined
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
  update(tenant: TenantId, id: CallId, change: CallChange): Promise<void>
  story(id: CallId, tenant: TenantId, kind: string, fields: Readonly<Record<string, StoryValue>>): void
  /** Somebody is called beside those whom the row names; kept so that they can be found, and not so that they can be read. */
  party(call: CallId, tenant: TenantId, number: string): Promise<void>
  /** Somebody whom the call dials, as is known of them now: fire and forget. */
  leg(leg: DialledLeg): void
  /** Resolves when the entry is durable; what it permits may only then happen. */
  audit(event: {
    type: string
    tenant: TenantId
    call: CallId
    actor: string
    fields: Readonly<Record<string, StoryValue>>
  }): Promise<void>
  /**
   * Makes a recording's data key and header, and lists it; `listed` resolves when its row and its wrapped key are durable. Throws, with a `code`, when there is no key
   * to be had: then nothing is recorded.
   */
  beginRecording(call: CallId, tenant: TenantId, id: RecordingId, startedAtMs: number): BegunRecording
  /** A party's word on being recorded; resolves when it is durable. */
  consent(record: ConsentRecord): Promise<void>
  /** Destroys the keys of a call's recordings and deletes them, save what a hold or the law keeps; how many went. */
  shredRecordings(tenant: TenantId, call: CallId, why: string): Promise<number>
  endRecording(
    id: RecordingId,
    outcome: { state: 'sealed' | 'failed'; sealed?: SealedSummary },
  ): Promise<void>
  /** Writes the entry of the call's end and issues its receipt. Rejects when the entry is not durable. */
  end(call: EndedCall): Promise<void>
  /** What was signalled, leg after leg; each is given once. */
  ladder(legs: readonly LegId[]): unknown
}
export interface ConsentRecord extends ConsentEntry {
  readonly call: CallId
  readonly tenant: TenantId
  readonly number: string | undefined
}
export interface BegunRecording {
  /** The caller zeroes `dataKey`. */
  readonly spec: RecordingSpec
  readonly keyRef: string
  readonly listed: Promise<void>
}
/** A call that is over, with everything that is known of how it was protected. */
export interface EndedCall {
  readonly id: CallId
  readonly tenant: TenantId
  readonly reason: EndReason
  readonly endedAtMs: number
  readonly receipt: SecurityReceipt
}
export type StoryValue = string | number | boolean | null

export interface CallRecord {
  readonly id: CallId
  readonly tenant: TenantId
  readonly app: AppId
  readonly trunk: string
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly startedAtMs: number
  readonly variables?: Readonly<Record<string, string>>
}

/** Somebody whom a call dials. */
export interface DialledLeg {
  readonly id: LegId
  readonly call: CallId
  readonly tenant: TenantId
  /** The number that is shown to them; empty until the guard has chosen one. */
  readonly from: string
  readonly to: string
  readonly state: 'ringing' | 'active' | 'ended'
  /** `answered`, or why they were not; null until it is over. */
  readonly outcome: string | null
  readonly sipStatus: number | null
  readonly startedAtMs: number
  readonly answeredAtMs: number | null
  readonly endedAtMs: number | null
}

export interface CallChange {
  /** Another one than was thought at first: that could not carry the call. */
  readonly trunk?: string
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
  | 'busy' // from here: why a call that we placed was not answered
  | 'no-answer'
  | 'not-found'
  | 'unreachable'
  | 'callee-rejected'
  | 'callee-hung-up'
  | 'transferred' // the peers talk without us now
  | 'replaced'
  | 'identity-refused' // the trunk wants a verified caller
  | 'limit-reached' // the day's minutes or spend are used up
  | 'connection-lost'
  | 'audit-failed'
  | 'shutdown'
