import { startJobs, type Job, type Jobs } from '#jobs'
import type { Config } from '#kernel'
import { openRetention, type Retention, type RetentionDeps } from './open-retention.ts'
import { liveRows, streamOnlyTenants, type IsStreamOnly, type LiveRows } from './stream-only.ts'

/** How long what is kept, and what is done about it now and then. */
export interface Keeping extends AsyncDisposable {
  readonly retention: Retention
  readonly jobs: Jobs
  readonly isStreamOnly: IsStreamOnly
  /** Calls of which nothing is kept, while they live. */
  readonly live: LiveRows
}

/** Opens what deletes, and starts its jobs in the background. */
export function openKeeping(
  config: Config,
  deps: Omit<RetentionDeps, 'wake'> & {
    /** Beside those of retention. */
    readonly jobs: readonly Job[]
  },
): Keeping {
  const queue: { jobs?: Jobs } = {}
  const wake = async (job: string) => queue.jobs?.start(job)
  const retention = openRetention(config, { ...deps, wake })
  const jobs = startJobs({
    database: deps.database.jobs,
    clock: deps.clock,
    log: deps.log,
    jobs: [...retention.jobs, ...deps.jobs],
    count: (name, labels) => deps.metrics.count(name, labels),
  })
  queue.jobs = jobs
  return {
    retention,
    jobs,
    isStreamOnly: streamOnlyTenants(config),
    live: liveRows(),
    [Symbol.asyncDispose]: () => jobs[Symbol.asyncDispose](),
  }
}
