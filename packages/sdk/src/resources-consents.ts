import type { PageOptions } from './resources.ts'

/** What one party of one call said to being recorded. */
export interface Consent {
  readonly id: string
  readonly call_id: string
  readonly party: string
  /** What was asked of everybody in that conversation. */
  readonly required: string
  /** Whose rule that was for this party: `US-CA`, `DE`, `unknown`. */
  readonly rule: string
  readonly state: string
  readonly how: string | null
  readonly at: string
}

export interface ConsentListOptions extends PageOptions {
  readonly callId?: string
}

export interface ConsentChoice {
  readonly choice: 'opt-in' | 'opt-out'
  /** A token. */
  readonly set_by: string
  readonly set_at: string
}

/** What the law of a place asks, and where that is written. */
export interface ConsentRule {
  readonly jurisdiction: string
  readonly level: string
  readonly source: string
}
