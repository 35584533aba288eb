import type { CallId, ConsentId, TenantId } from '#kernel'

/** Tables of `migrations/*-consent.ts`. */
export interface ConsentSchema {
  consents: ConsentRow
  consent_choices: ConsentChoiceRow
}

/** What one party of one call said to being recorded. */
export interface ConsentRow {
  readonly id: ConsentId
  readonly tenant: TenantId
  readonly call_id: CallId
  readonly party: string
  /** Keyed hash of the number; null where there was none. */
  readonly party_index: string | null
  readonly required: string
  readonly rule: string
  readonly state: string
  readonly how: string | null
  readonly at: Date
}

export interface ConsentChoiceRow {
  readonly tenant: TenantId
  readonly party_index: string
  readonly choice: 'opt-in' | 'opt-out'
  /** A token's id. */
  readonly set_by: string
  readonly set_at: Date
}
