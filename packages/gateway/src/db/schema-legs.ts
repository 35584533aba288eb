import type { CallId, LegId, TenantId } from '#kernel'

/** Table of `migrations/0014-call-legs.ts`. */
export interface LegsSchema {
  call_legs: Omit<CallLegRow, 'from' | 'to'> & { from_sealed: string; to_sealed: string }
}

/** Somebody whom a call dialled. */
export interface CallLegRow {
  readonly id: LegId
  /** The call that dialled. */
  readonly call_id: CallId
  readonly tenant: TenantId
  /** The number that is shown to them; empty until the guard has chosen one. */
  readonly from: string
  readonly to: string
  readonly state: 'ringing' | 'active' | 'ended'
  /** `answered`, or why they were not. */
  readonly outcome: string | null
  readonly sip_status: number | null
  readonly started_at: Date
  readonly answered_at: Date | null
  readonly ended_at: Date | null
}
