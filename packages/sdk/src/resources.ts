/** One call. Times are ISO 8601 in UTC. */
export interface Call {
  readonly id: string
  /** The same id in the form that streams carry: `CA…`. */
  readonly call_sid: string
  readonly app: string
  readonly trunk: string
  readonly direction: 'inbound'
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
