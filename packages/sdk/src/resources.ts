import type { EventsAddress } from './commands-call.ts'
import type { CallCommand } from './commands.ts'

/** One call. Times are ISO 8601 in UTC. */
export interface Call {
  readonly id: string
  /** The same id in the form that streams carry: `CA…`. */
  readonly call_sid: string
  readonly app: string
  readonly trunk: string
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly state: 'ringing' | 'active' | 'ended'
  readonly end_reason: string | null
  readonly started_at: string
  readonly answered_at: string | null
  readonly ended_at: string | null
  /** What your app noted about the call. */
  readonly variables: Readonly<Record<string, string>>
}

export interface CallDetail extends Call {
  /** What happened, in order. */
  readonly story: readonly {
    readonly at: string
    readonly kind: string
    readonly fields: Readonly<Record<string, unknown>>
  }[]
  /** How the call was protected; null until it has ended. */
  readonly receipt: unknown
  /** The SIP messages, without anything secret. */
  readonly ladder: unknown
}

export interface AuditEntry {
  /** Its place in the tenant’s log, from 0. */
  readonly index: number
  readonly at: string
  readonly type: string
  readonly actor: string
  readonly fields: Readonly<Record<string, unknown>>
  /** Hex of the leaf’s hash (RFC 9162 §2.1.1): SHA-256 over a zero byte and the entry’s canonical JSON. */
  readonly hash: string
}

export interface Recording {
  readonly id: string
  readonly recording_sid: string
  readonly call_id: string
  readonly state: 'recording' | 'sealed' | 'recovered' | 'failed' | 'deleted'
  readonly started_at: string
  readonly ended_at: string | null
  /** Null while it is being recorded. */
  readonly duration_ms: number | null
  readonly channels: 2
  /** Size of the sealed object. */
  readonly bytes: number | null
  readonly segments: number | null
  /** Of the whole sealed object. */
  readonly sha256: string | null
  readonly key_ref: string
  /** The recording of which this is what was left when it was redacted. */
  readonly replaces: string | null
  /** What was left of this one when it was redacted; reading or deleting this one means that. */
  readonly replaced_by: string | null
}

export type Scope =
  | 'calls:read'
  | 'calls:write'
  | 'recordings:read'
  | 'recordings:delete'
  | 'recordings:redact'
  | 'transcripts:read'
  | 'transcripts:original'
  | 'vault:read'
  | 'vault:write'
  | 'vault:reveal'
  | 'payments:read'
  | 'consent:read'
  | 'consent:write'
  | 'objects:read'
  | 'objects:verify'
  | 'backups:read'
  | 'backups:write'
  | 'alerts:read'
  | 'alerts:write'
  | 'keys:read'
  | 'keys:write'
  | 'keys:destroy'
  | 'dialing:read'
  | 'dialing:write'
  | 'jobs:read'
  | 'jobs:write'
  | 'retention:read'
  | 'holds:read'
  | 'holds:write'
  | 'subjects:read'
  | 'subjects:erase'
  | 'audit:read'
  | 'audit:admin'
  | 'tokens:admin'
  | 'metrics:read'

export interface Token {
  readonly id: string
  readonly name: string
  readonly prefix: string
  readonly scopes: readonly Scope[]
  readonly created_at: string
  readonly expires_at: string | null
  readonly revoked_at: string | null
  readonly last_used_at: string | null
  /** `AC…`: what Twilio’s clients take for its tenant. */
  readonly account_sid: string
  /** `SK…`: what Twilio’s clients take for the token, if not the account. */
  readonly key_sid: string
}

/** A token just made: `token` is its text, shown this once; null when an idempotent request is answered again. */
export interface NewToken extends Token {
  readonly token: string | null
}

/** An app whose outbound calls an anomaly stopped. */
export interface DialingStop {
  readonly app: string
}

export interface Page<T> {
  readonly data: readonly T[]
  readonly has_more: boolean
  readonly next_cursor: string | null
}

export interface PageOptions {
  readonly limit?: number
  readonly cursor?: string
}

export interface CallListOptions extends PageOptions {
  readonly state?: Call['state']
}

/** A call to be placed. */
export interface CallRequest {
  /** A number (E.164) or a `sip:` address that the app's `dialing` allows. */
  readonly to: string
  /** Caller ID to show, one that the app may; default: its first. */
  readonly from?: string
  /** The app that has the call; default: the only one that your token's tenant has. */
  readonly app?: string
  /** How long it may ring. Default 30 seconds. */
  readonly ring_timeout_ms?: number
  /** What you want to note about the call. */
  readonly variables?: Readonly<Record<string, string>>
  /** Handed to the app with `call.connected`. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Run when the call is answered; without them the app is asked with `call.connected`. */
  readonly actions?: readonly CallCommand[]
  /** Record both sides from the answer on. */
  readonly record?: boolean
  /** Asked first, in place of the app's webhook. */
  readonly ask_url?: string
  readonly ask_method?: 'GET' | 'POST'
  /** Where `call.initiated`, `ringing`, `answered`, `failed` and `ended` are told, in place of the app's `eventsUrl`. */
  readonly events?: EventsAddress
}

/** What a key seals; `system` is the root of keyed hashes, which is never rotated. */
export type KeyPurpose =
  | 'records'
  | 'audio'
  | 'transcript'
  | 'original'
  | 'analytics'
  | 'tokens'
  | 'backup'
  | 'system'

/** One of the tenant's keys, without anything secret. */
export interface TenantKey {
  readonly id: string
  readonly purpose: KeyPurpose
  readonly version: number
  readonly state: 'active' | 'retired' | 'destroyed'
  readonly provider: string
  readonly key: string
  readonly key_ref: string
  readonly created_at: string
  readonly active_from: string
  readonly rotated_at: string | null
  readonly destroyed_at: string | null
  readonly wrapped_sha256: string | null
  /** Objects whose data keys it wraps. */
  readonly objects: number
}

export interface Keys {
  /** `unavailable`: the provider cannot be reached, and its grace runs. `closed`: nothing can be kept or read. */
  readonly state: 'open' | 'unavailable' | 'closed'
  readonly provider: string
  readonly key: string
  readonly keys: readonly TenantKey[]
  /** The rewrap that runs, or ran last since the start. */
  readonly rewrap: {
    readonly state: 'running' | 'done' | 'failed'
    readonly started_at: string
    readonly ended_at: string | null
    readonly total: number
    readonly done: number
    readonly broken: number
    readonly code: string | null
  } | null
}

export interface KeyRotation {
  readonly rotated: readonly Pick<TenantKey, 'id' | 'purpose' | 'version' | 'key_ref' | 'active_from'>[]
}

/** What was destroyed, with hashes as proof. */
export interface KeyDestruction {
  readonly keys: readonly { readonly id: string; readonly sha256: string }[]
  readonly objects: number
  readonly providers: readonly {
    readonly provider: string
    readonly key: string
    readonly destroy_at: string | null
    /** Why the provider keeps its key. */
    readonly code: string | null
  }[]
}

export interface RecordingListOptions extends PageOptions {
  readonly callId?: string
}

export interface AudioOptions {
  readonly fromMs?: number
  readonly toMs?: number
  /** Default `pcm16`. */
  readonly format?: 'pcm16' | 'ulaw'
}

export interface TokenRequest {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Without it the token works until it is revoked. */
  readonly expires_in_ms?: number
}

/** Names a request so that sending it again acts once; made up when it is left out. */
export interface ActOptions {
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

/** Something that a rule found in the audit log. */
export interface Alert {
  readonly id: string
  readonly tenant: string
  readonly rule: string
  readonly title: string
  readonly severity: 'notice' | 'warning' | 'high' | 'critical'
  readonly state: 'open' | 'acknowledged'
  /** Whom or what it is about: an actor, say. */
  readonly group: string | null
  readonly events: number
  /** How many events of each type. */
  readonly types: Readonly<Record<string, number>>
  /** The first events, as `log#index`. */
  readonly examples: readonly string[]
  /** What was counted in the rule’s window, the limit that it reached, and what is usual. */
  readonly counted: number
  readonly limit: number
  readonly usual: number | null
  readonly first_at: string
  readonly last_at: string
  readonly acknowledged_at: string | null
  readonly acknowledged_by: string | null
}

export interface AlertListOptions extends PageOptions {
  readonly state?: Alert['state']
}

/** A call’s signed receipt: `voxkeep receipt verify` checks it, without asking anybody. */
export type CallReceipt = Readonly<Record<string, unknown>>
