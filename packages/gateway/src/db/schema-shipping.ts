import type { AlertId, CallId, TenantId } from '#kernel'

/** Tables of `migrations/*-shipping.ts`. */
export interface ShippingSchema {
  log_cursors: { reader: string; log: string; next_index: number; moved_at: Date }
  log_readers: { reader: string; holder: string; until: Date }
  alerts: AlertRow
  alert_counts: { rule: string; tenant: TenantId; group_key: string; slot: number; events: number }
  alert_notices: {
    alert: AlertId
    tenant: TenantId
    receiver: string
    attempt: number
    next_at: Date
    last_error: string | null
  }
  call_receipts: { call_id: CallId; tenant: TenantId; issued_at: Date; document_sealed: string }
}

/** Something that a rule found: its events since `first_at`, of one group (an actor, say). `detail` is a JSON object. */
export interface AlertRow {
  readonly id: AlertId
  readonly tenant: TenantId
  readonly rule: string
  readonly group_key: string
  readonly severity: string
  readonly state: 'open' | 'acknowledged'
  readonly events: number
  readonly first_at: Date
  readonly last_at: Date
  /** When receivers were last told. */
  readonly told_at: Date | null
  readonly detail: unknown
  readonly acknowledged_at: Date | null
  readonly acknowledged_by: string | null
}
