import type { Generated } from 'kysely'
import type { AppId, CallId, EventId, RecordingId, TenantId, TokenId, TrunkId } from '#kernel'
import type { AuditSchema } from './schema-audit.ts'
import type { ConsentSchema } from './schema-consent.ts'
import type { MarksSchema, ReplacedColumns } from './schema-marks.ts'
import type { KeysSchema } from './schema-keys.ts'
import type { LegsSchema } from './schema-legs.ts'
import type { ObjectsSchema } from './schema-objects.ts'
import type { CallRetentionColumns, RetentionSchema } from './schema-retention.ts'
import type { PaymentsSchema } from './schema-payments.ts'
import type { ShippingSchema } from './schema-shipping.ts'
import type { TranscriptsSchema } from './schema-transcripts.ts'
import type { TokensSchema } from './schema-tokens.ts'

/** Columns named `…_sealed` hold text that only the keyring can open. */
export interface Schema
  extends
    AuditSchema,
    KeysSchema,
    LegsSchema,
    ObjectsSchema,
    RetentionSchema,
    ShippingSchema,
    ConsentSchema,
    MarksSchema,
    PaymentsSchema,
    TokensSchema,
    TranscriptsSchema {
  calls: Omit<CallRow, 'from' | 'to' | 'ladder' | 'variables'> & {
    from_sealed: string
    to_sealed: string
    ladder_sealed: string | null
    variables_sealed: string | null
    node: string
  } & CallRetentionColumns
  call_events: Omit<CallEventRow, 'seq' | 'fields'> & {
    seq: Generated<number>
    call_id: CallId
    tenant: TenantId
    fields_sealed: string
  }
  recordings: RecordingRow
  outbox: Omit<OutboxRow, 'body' | 'to'> & { tenant: TenantId; body_sealed: string; node: string }
  deliveries: {
    seq: Generated<number>
    event_id: EventId
    tenant: TenantId
    attempt: number
    at: Date
    url: string
    status: number | null
    error: string | null
    duration_ms: number
  }
  /** `scopes` is a JSON array. */
  tokens: Omit<TokenRow, 'scopes'> & { scopes: unknown }
  idempotency: Omit<IdempotencyRow, 'body'> & { body_sealed: string | null }
  dial_leases: DialLeaseRow & { node: string }
  dial_usage: DialUsageRow
  dial_hours: DialHourRow
  dial_stops: { app: AppId; since: Date }
  /** Who shares the database, and when each last said that it lives. */
  nodes: { name: string; since: Date; seen_at: Date }
}

export interface CallRow {
  readonly id: CallId
  readonly tenant: TenantId
  readonly app: AppId
  readonly trunk: TrunkId
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly state: 'ringing' | 'active' | 'ended'
  readonly end_reason: string | null
  readonly started_at: Date
  readonly answered_at: Date | null
  readonly ended_at: Date | null
  readonly receipt: unknown
  readonly ladder: unknown
  readonly variables: Readonly<Record<string, string>> | null
}

export interface CallEventRow {
  readonly seq: number
  readonly at: Date
  readonly kind: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface RecordingRow extends ReplacedColumns {
  readonly id: RecordingId
  readonly call_id: CallId
  readonly tenant: TenantId
  readonly state: 'recording' | 'sealed' | 'recovered' | 'failed' | 'deleted'
  /** Whose spool it is sealed in. */
  readonly node: string
  readonly started_at: Date
  readonly ended_at: Date | null
  readonly duration_ms: number | null
  readonly bytes: number | null
  readonly segments: number | null
  readonly sha256: string | null
  readonly key_ref: string
  readonly channels: 2
}

export interface OutboxTarget {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export interface OutboxRow {
  readonly id: EventId
  readonly app: AppId
  readonly call_id: CallId | null
  readonly type: string
  readonly body: string
  /** Where it goes in place of the app's own address. */
  readonly to?: OutboxTarget | undefined
  readonly created_at: Date
  readonly attempt: number
  readonly next_at: Date
  readonly state: 'pending' | 'delivered' | 'dead'
  readonly last_status: number | null
  readonly last_error: string | null
}

/** One attempt at one webhook. */
export interface DeliveryRow {
  readonly event: EventId
  readonly attempt: number
  readonly url: string
  readonly atMs: number
  readonly durationMs: number
  readonly status?: number | undefined
  readonly error?: string | undefined
}

export interface TokenRow<Scope extends string = string> {
  readonly id: TokenId
  readonly tenant: TenantId
  readonly name: string
  readonly prefix: string
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly revoked_at: Date | null
  readonly last_used_at: Date | null
}

export interface IdempotencyRow {
  readonly token_id: TokenId
  readonly tenant: TenantId
  readonly key: string
  readonly fingerprint: string
  readonly status: number | null
  readonly body: string | null
  readonly created_at: Date
}

/** One attempt to call somebody; neither number is kept here. `scopes` is a JSON array of those whose limits it counts against. */
export interface DialLeaseRow {
  readonly id: string
  readonly app: AppId
  readonly scopes: unknown
  readonly day: string
  readonly started_at: Date
  readonly rate_micro: number
  readonly ended: boolean
}

/** What ended attempts used on a UTC day: milliseconds, and millionths of the currency. */
export interface DialUsageRow {
  readonly scope: string
  readonly day: string
  readonly used_ms: number
  readonly spent_micro: number
}

/** Attempts of an app in one hour, counted since 1970. */
export interface DialHourRow {
  readonly app: AppId
  readonly hour: number
  readonly attempts: number
  /** Attempts up to which an alert was the last of this hour; 0 without one. */
  readonly quiet: number
}
