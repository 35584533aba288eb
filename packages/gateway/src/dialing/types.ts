import type { AppConfig, AppId, Clock, Config, Log, Random, TenantId, TokenId, TrunkId } from '#kernel'
import type { DialAlert } from './events.ts'
import type { DialUsageStore } from './usage-store.ts'

export interface DialingDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly apps: readonly Pick<AppConfig, 'id' | 'tenant' | 'dialing'>[]
  readonly tenants: Config['tenants']
  /** The longest that any call lasts, so the most that is set aside for one. */
  readonly maxCallMs: number
  readonly store: DialUsageStore
  /** Writes an entry; numbers in its fields are hidden by whoever writes. */
  readonly audit: (event: {
    type: string
    tenant: TenantId
    actor: string
    fields: Readonly<Record<string, string | number | boolean | null>>
  }) => Promise<unknown>
  /** Told of each anomaly, once it is known; must not throw. */
  readonly alert: (alert: DialAlert) => void
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
}

/** Who may be called, how often and for how long; every way to place a call asks here. */
export interface DialGuard {
  /** Judges a call and, when it may be placed, counts it. Never rejects: what cannot be decided is refused. */
  admit(request: DialRequest): Promise<DialAdmission>
  /** Apps whose calls an anomaly stopped. */
  stopped(): readonly AppId[]
  /** Lets a stopped app call again; false when it was not stopped. Rejects when that cannot be made durable. */
  lift(app: AppId, actor: string): Promise<boolean>
  /** Resolves when nothing waits to be written. */
  settled(): Promise<void>
}

export interface DialRequest {
  readonly tenant: TenantId
  readonly app: AppId
  /** A number in any spelling of E.164 (`+1 212 555 0100`), or a `sip:` URI. */
  readonly to: string
  /** The caller ID that was asked for; the app's default when absent. */
  readonly from: string | undefined
  readonly via: 'api' | 'command' | 'transfer' | 'refer'
  readonly token: TokenId | undefined
}

export type DialAdmission =
  | {
      readonly ok: true
      /** To dial and to show: E.164 with `+`, or the URI. */
      readonly to: string
      readonly from: string
      readonly trunks: readonly TrunkId[]
      readonly lease: DialLease
    }
  | { readonly ok: false; readonly why: DialRefusal }

export type DialRefusal =
  | 'not-configured'
  | 'not-a-number'
  | 'caller-id'
  | 'country'
  | 'high-risk'
  | 'denied'
  | 'uri'
  | 'transfer-target'
  | 'concurrency'
  | 'rate'
  | 'minutes'
  | 'spend'
  | 'stopped'
  | 'unavailable' // the guard could not decide: its store is gone

/** One attempt that was counted. */
export interface DialLease {
  /**
   * How long the leg may last from its answer on; ms. It may have grown when that time is over, if others left something of
   * the day: read it again before hanging up.
   */
  readonly maxDurationMs: number
  answered(): void
  /** Counts what was used. Further calls do nothing. Never rejects. */
  ended(): Promise<void>
}
