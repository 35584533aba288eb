import type { AlertId, TenantId } from '#kernel'
import type { AlertSeverity } from './rules.ts'

/** An audit entry, as far as rules look at it; the SIEM's `SecurityEvent` fits. */
export interface WatchedEvent {
  readonly log: string
  readonly index: number
  readonly at: string
  readonly tenant: string
  readonly call: string | null
  readonly type: string
  readonly actor: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

/** What is known of an alert beside its numbers. Holds what the audit log holds: no personal data in clear. */
export interface AlertDetail {
  readonly title: string
  /** How many events of each type; at most ten types. */
  readonly types: Readonly<Record<string, number>>
  /** The first events, by their place in the log; at most five. */
  readonly examples: readonly string[]
  /** Why it was raised: what was counted in the window, and against what. */
  readonly counted: number
  readonly limit: number
  readonly usual: number | null
}

export interface Alert {
  readonly id: AlertId
  readonly tenant: TenantId
  readonly rule: string
  /** Whom or what it is about: an actor, say; empty for a rule that does not tell groups apart. */
  readonly group_key: string
  readonly severity: AlertSeverity
  readonly state: 'open' | 'acknowledged'
  readonly events: number
  readonly first_at: Date
  readonly last_at: Date
  readonly told_at: Date | null
  readonly detail: AlertDetail
  readonly acknowledged_at: Date | null
  readonly acknowledged_by: string | null
}

/** Somebody who is told of alerts. */
export interface AlertReceiver {
  readonly id: string
  accepts(alert: Pick<Alert, 'rule' | 'severity' | 'tenant'>): boolean
  /** Resolves once the receiver has taken them; rejects with `AlertError`, and they are sent again. May be given an alert twice. */
  send(alerts: readonly Alert[], signal: AbortSignal): Promise<void>
}

export interface AlertKey {
  readonly tenant: TenantId
  readonly rule: string
  readonly group_key: string
}

export interface AlertCount extends AlertKey {
  readonly slot: number
  readonly events: number
}

export interface Notice {
  readonly alert: AlertId
  readonly tenant: TenantId
  readonly receiver: string
  readonly attempt: number
  readonly next_at: Date
}

/** What reading a batch of the log comes to. */
export interface AlertChange {
  readonly positions: ReadonlyMap<string, number>
  readonly at: Date
  /** To be added to what was counted. */
  readonly counts: readonly AlertCount[]
  /** New, or in place of what they were; an acknowledgement stays. */
  readonly alerts: readonly Alert[]
  readonly notices: readonly Omit<Notice, 'attempt'>[]
}

/** Where alerts are kept; `alertStore` of #db fits. Each promise rejects when nothing was kept. */
export interface AlertStore {
  counts(): Promise<readonly AlertCount[]>
  /** The newest alert of each of these. */
  latest(keys: readonly AlertKey[]): Promise<readonly Alert[]>
  /** All of it, the cursors of `reader` with it, or nothing. */
  apply(reader: string, change: AlertChange): Promise<void>
  due(at: Date, limit: number): Promise<readonly (Notice & { readonly about: Alert })[]>
  /** Of the notices that wait. */
  nextNotice(): Promise<Date | undefined>
  told(notices: readonly Notice[]): Promise<void>
  postpone(notices: readonly Notice[], nextAt: Date, error: string): Promise<void>
  /** Forgets acknowledged and open alerts whose last event is older, and beyond `most` a tenant those that are oldest. */
  prune(before: Date, most: number): Promise<void>
  pruneCounts(rule: string, beforeSlot: number): Promise<void>
}
