/** A piece of work that is done now and then, or when somebody asks, on one node at a time. */
export interface Job {
  /** Lower-case letters and dashes; its name in the database, in metrics and in the API. */
  readonly name: string
  /** When it runs by itself: five fields of cron. A run that came due while no node was up is made up for, once. */
  readonly schedule?: { readonly cron: string; readonly timeZone: string } | undefined
  /** A run that takes longer is given up, and tried again. */
  readonly timeoutMs: number
  /** How often a run that failed is tried again, with growing pauses from a minute on. */
  readonly retries: number
  /**
   * Does the work. Must be able to go on where an earlier run was cut off, and stop soon after `signal` aborts.
   *
   * @returns Figures of the run, which are stored and shown: nothing personal.
   */
  run(signal: AbortSignal): Promise<Readonly<Record<string, number | string | boolean>>>
}

export interface JobState {
  readonly name: string
  readonly schedule: { readonly cron: string; readonly timeZone: string } | null
  /** `idle`: it never ran, or its last run went well. */
  readonly state: 'idle' | 'waiting' | 'running' | 'retrying' | 'failed'
  readonly lastRunAt: Date | null
  readonly lastEndedAt: Date | null
  readonly nextRunAt: Date | null
  /** Code and constant message of what made the last run fail; null when it went well. */
  readonly lastError: string | null
  /** Figures of the last run that went well. */
  readonly lastResult: Readonly<Record<string, unknown>> | null
}

export interface Jobs extends AsyncDisposable {
  /** Has a job run as soon as it can; resolves once that is on record, not when it ran. False when a run waits already. */
  start(name: string): Promise<boolean>
  /** The state of every job, in the order in which they were given. Rejects while the queue cannot be asked. */
  list(): Promise<readonly JobState[]>
}
