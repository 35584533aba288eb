/** One call. Times are ISO 8601 in UTC. */
export interface Call {
  readonly id: string
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
}

export interface Recording {
  readonly id: string
  readonly call_id: string
  readonly state: 'recording' | 'sealed' | 'recovered' | 'failed' | 'deleted'
  readonly started_at: string
  readonly ended_at: string | null
  readonly duration_ms: number
  readonly bytes: number
  readonly sha256: string | null
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

/** A token just made: `token` is its text, shown this once. */
export interface NewToken extends Token {
  readonly token: string
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

export interface AudioOptions {
  readonly fromMs?: number
  readonly toMs?: number
  /** Default `pcm16`. */
  readonly format?: 'pcm16' | 'ulaw'
}

export interface TokenRequest {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expires_in_s?: number
}

/** Names a request so that sending it again acts once; made up when it is left out. */
export interface ActOptions {
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}
