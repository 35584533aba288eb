import type { Schemas } from './api-types.ts'
import type { BodyOf } from './requests.ts'
import type { CallCommand } from './commands.ts'

/** One call. Times are ISO 8601 in UTC. */
export type Call = Schemas['Call']

export type CallDetail = Schemas['CallDetail']

export type AuditEntry = Schemas['AuditEntry']

export type Recording = Schemas['Recording']

export type Scope = Token['scopes'][number]

export type Token = Schemas['Token']

/** A token just made: `token` is its text, shown this once; null when an idempotent request is answered again. */
export type NewToken = Schemas['NewToken']

/** An app whose outbound calls an anomaly stopped. */
export type DialingStop = Schemas['DialingStops']['data'][number]

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
export type CallRequest = Omit<Schemas['NewCallInput'], 'actions'> & {
  /** Run when the call is answered; without them the app is asked with `call.connected`. */
  readonly actions?: readonly CallCommand[]
}

/** What a key seals; `system` is the root of keyed hashes, which is never rotated. */
export type KeyPurpose = TenantKey['purpose']

/** One of the tenant's keys, without anything secret. */
export type TenantKey = Schemas['TenantKey']

export type Keys = Schemas['Keys']

export type KeyRotation = Schemas['KeyRotation']

/** What was destroyed, with hashes as proof. */
export type KeyDestruction = Schemas['KeyDestruction']

export interface RecordingListOptions extends PageOptions {
  readonly callId?: string
}

export interface AudioOptions {
  readonly fromMs?: number
  readonly toMs?: number
  /** Default `pcm16`. */
  readonly format?: 'pcm16' | 'ulaw'
  /** `skip`: without what was paused to be skipped. Default `keep`. */
  readonly pauses?: 'keep' | 'skip'
}

export type TokenRequest = BodyOf<'POST /v1/tokens'>

/** Names a request so that sending it again acts once; made up when it is left out. */
export interface ActOptions {
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

/** Something that a rule found in the audit log. */
export type Alert = Schemas['Alert']

export interface AlertListOptions extends PageOptions {
  readonly state?: Alert['state']
}

/** A call’s signed receipt: `voxkeep receipt verify` checks it, without asking anybody. */
export type CallReceipt = Schemas['CallReceipt']
