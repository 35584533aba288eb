import type { CallId, HoldId, SubjectRequestId, TenantId } from '#kernel'

/** Tables of `migrations/*-retention.ts`. */
export interface RetentionSchema {
  holds: HoldRow
  /** Who was called into a call beside those whom its row names. */
  call_parties: { call_id: CallId; tenant: TenantId; party_index: string }
  subject_requests: Omit<SubjectRequestRow, 'report'> & { report: unknown }
  /** What the sweep remembers between its runs. */
  retention_marks: { name: string; value: string }
}

/** What migration 0006 adds to `calls`. */
export interface CallRetentionColumns {
  from_index: string | null
  to_index: string | null
  label: string | null
  policy: string | null
  policy_version: string | null
  /** When each part is due: a JSON object. */
  retain: unknown
  due_at: Date | null
}

/** What migration 0006 adds to `objects`. */
export interface ObjectRetentionColumns {
  policy: string | null
  policy_version: string | null
  due_at: Date | null
  claimed_at: Date | null
}

/** A legal hold. It holds the calls, and what hangs on them, that fit everything it names; all of the tenant's when it names nothing. */
export interface HoldRow {
  readonly id: HoldId
  readonly tenant: TenantId
  readonly call_id: CallId | null
  readonly subject_index: string | null
  readonly label: string | null
  readonly from_at: Date | null
  readonly to_at: Date | null
  readonly reason_sealed: string
  readonly placed_by: string
  readonly placed_at: Date
  readonly until: Date | null
  readonly released_by: string | null
  readonly released_at: Date | null
  readonly release_reason_sealed: string | null
}

/** A data subject's request. Whom it is about is kept as a keyed hash only, or as the id that was named. */
export interface SubjectRequestRow {
  readonly id: SubjectRequestId
  readonly tenant: TenantId
  readonly kind: 'find' | 'export' | 'erase'
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly subject_index: string | null
  readonly subject_id: string | null
  readonly with_audio: boolean
  readonly asked_by: string
  readonly created_at: Date
  readonly ended_at: Date | null
  readonly report: Readonly<Record<string, unknown>> | null
  readonly error: string | null
}
