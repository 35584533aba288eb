import type { PageOptions } from './resources.ts'

/** A legal hold: what it is on is not deleted by policy, by command or for a data subject. */
export interface Hold {
  readonly id: string
  readonly call_id: string | null
  /** It is for the calls of one number, which is kept as a keyed hash only. */
  readonly by_number: boolean
  readonly label: string | null
  /** Calls that began then or later. */
  readonly from: string | null
  /** Calls that began earlier. */
  readonly to: string | null
  readonly reason: string
  readonly placed_by: string
  readonly placed_at: string
  /** It ends by itself then. */
  readonly until: string | null
  readonly released_by: string | null
  readonly released_at: string | null
  readonly release_reason: string | null
}

/** What to hold: everything that is named has to fit; `all` holds all of the tenant. */
export interface HoldRequest {
  readonly call_id?: string
  readonly number?: string
  readonly label?: string
  readonly from?: string
  readonly to?: string
  readonly all?: true
  readonly reason: string
  readonly until?: string
}

export interface HoldListOptions extends PageOptions {
  /** Only those that were not released, or only those that were. */
  readonly active?: boolean
}

/** What was asked about a person, and what became of it. Names nobody. */
export interface SubjectRequest {
  readonly id: string
  readonly kind: 'find' | 'export' | 'erase'
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly asked_by: string
  readonly created_at: string
  readonly ended_at: string | null
  /** What was found or erased, and what was kept and why. */
  readonly report: Readonly<Record<string, unknown>> | null
  readonly error: string | null
  /** Of an export: the keys that may have signed its manifest. */
  readonly verifier_keys: readonly string[]
}

/** What the policies would delete by a time. */
export interface RetentionPlan {
  readonly by: string
  readonly lines: readonly {
    readonly type: string
    readonly policy: string
    readonly count: number
    readonly bytes: number
    readonly earliest: string
    readonly held: number
    readonly locked: number
    readonly locked_until: string | null
  }[]
}

/** Something that is done now and then. */
export interface Job {
  readonly name: string
  readonly schedule: { readonly cron: string; readonly time_zone: string } | null
  readonly state: 'idle' | 'waiting' | 'running' | 'retrying' | 'failed'
  readonly last_run_at: string | null
  readonly last_ended_at: string | null
  readonly next_run_at: string | null
  readonly last_error: string | null
  readonly last_result: Readonly<Record<string, unknown>> | null
}
