import type { SubjectRequestRow } from '#db'
import type { CallId, TenantId } from '#kernel'
import type { Holds, Plan, Subjects } from '#retention'

/** How long what is kept, what holds it, and what is asked about persons. */
export interface ApiRetention {
  readonly holds: Pick<Holds, 'place' | 'release' | 'get' | 'list' | 'inForce'>
  readonly subjects: Pick<Subjects, 'ask' | 'get' | 'list'>
  /** Nothing of this tenant’s calls is stored. */
  isStreamOnly(tenant: TenantId): boolean
  plan(tenant: TenantId, by: Date): Promise<Plan>
  /** What stands against deleting a call’s object; undefined: nothing. */
  refusal(call: CallId, object: string): Promise<ApiRefusal | undefined>
  /** Decides an object’s deletion; false when a hold stands against it. From then on it is carried through. */
  claim(object: string): Promise<boolean>
  /**
   * A finished export as a tar archive, made as it is read; undefined when it can no longer be made. `originals`: with what was said word for word, where
   * that is kept.
   */
  archive(
    request: SubjectRequestRow,
    o: { readonly originals: boolean },
  ): AsyncIterable<Uint8Array> | undefined
  /** The keys that signed archives, now and before, as C2SP verifier keys. */
  verifierKeys(): readonly string[]
  /** Every job of this node’s database, in a fixed order. */
  jobs(): Promise<readonly ApiJob[]>
  /** False when there is none of this name. */
  runJob(name: string): Promise<boolean>
}

export interface ApiRefusal {
  readonly why: 'hold' | 'law' | 'lock'
  readonly holds: readonly string[]
  readonly until: Date | null
}

/** The `JobState` of #jobs fits. */
export interface ApiJob {
  readonly name: string
  readonly schedule: { readonly cron: string; readonly timeZone: string } | null
  readonly state: 'idle' | 'waiting' | 'running' | 'retrying' | 'failed'
  readonly lastRunAt: Date | null
  readonly lastEndedAt: Date | null
  readonly nextRunAt: Date | null
  readonly lastError: string | null
  readonly lastResult: Readonly<Record<string, unknown>> | null
}
