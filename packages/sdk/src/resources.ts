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
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly actor: string
  readonly fields: Readonly<Record<string, unknown>>
  /** SHA-256 over the entry before and this one. */
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
}

export type Scope =
  | 'calls:read'
  | 'calls:write'
  | 'recordings:read'
  | 'recordings:delete'
  | 'dialing:read'
  | 'dialing:write'
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
