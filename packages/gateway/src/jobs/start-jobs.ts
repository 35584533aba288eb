import { PgBoss, type Job as BossJob } from 'pg-boss'
import type { JobsDatabase } from '#db'
import { wait, type Clock, type Log } from '#kernel'
import { bossOptions, pollingIntervalSeconds } from './boss-options.ts'
import type { Job, Jobs } from './contract.ts'
import { JobsError } from './error.ts'
import { jobState } from './job-state.ts'

export interface JobsDeps {
  readonly database: JobsDatabase
  readonly clock: Clock
  readonly log: Log
  readonly jobs: readonly Job[]
  readonly count: (name: string, labels: Readonly<Record<string, string>>) => void
}

const firstRetryS = 60
const longestRetryS = 60 * 60
/** Runs that ended are remembered this long. */
const keepRunsS = 2 * 24 * 60 * 60
const againMs = 60_000
const stopMs = 10_000

/**
 * Starts the job queue and its workers, in the background: nothing waits for it, and a database that does not take it is asked
 * again every minute. Disposing aborts what runs, which another node or the next start takes up again.
 */
export function startJobs(deps: JobsDeps): Jobs {
  const over = new AbortController()
  const boss = new PgBoss(bossOptions(deps.database, deps.clock))
  boss.on('error', (error) => deps.log.error('the job queue failed', { error: plain(error) }))
  boss.on('warning', ({ message }) => deps.log.warn('the job queue warns', { what: message }))
  const workers = new Map<string, string>()
  const started = keepTrying(deps, over.signal, () => startAll(boss, deps, workers, over.signal))
  started.catch(() => {}) // whoever needs it meets it
  return {
    async start(name) {
      await started
      if (!workers.has(name)) throw new JobsError('JOB_UNKNOWN', 'there is no job of this name')
      const id = await boss.send(name, null)
      boss.notifyWorker(workers.get(name) ?? '')
      return id !== null
    },
    async list() {
      await started
      return Promise.all(
        deps.jobs.map(async (job) => jobState(job, await boss.findJobs(job.name), nextRun(boss, job))),
      )
    },
    async [Symbol.asyncDispose]() {
      over.abort(new JobsError('JOBS_CLOSED', 'the gateway ends'))
      await started.catch(() => {})
      await boss.stop({ graceful: true, timeout: stopMs })
    },
  }
}

async function startAll(
  boss: PgBoss,
  deps: JobsDeps,
  workers: Map<string, string>,
  over: AbortSignal,
): Promise<void> {
  await boss.start()
  for (const job of deps.jobs) {
    await boss.createQueue(job.name, { policy: 'stately' })
    await boss.updateQueue(job.name, {
      retryLimit: job.retries,
      retryDelay: firstRetryS,
      retryDelayMax: longestRetryS,
      retryBackoff: true,
      expireInSeconds: Math.ceil(job.timeoutMs / 1_000),
      deleteAfterSeconds: keepRunsS,
    })
    if (job.schedule === undefined) await boss.unschedule(job.name)
    else await boss.schedule(job.name, job.schedule.cron, null, { tz: job.schedule.timeZone, missed: 'once' })
    workers.set(job.name, await boss.work(job.name, { pollingIntervalSeconds }, runner(deps, job, over)))
  }
}

function runner(deps: JobsDeps, job: Job, over: AbortSignal) {
  return async ([run]: BossJob[]): Promise<object> => {
    const { clock, log } = deps
    const startedMs = clock.monotonicMs()
    try {
      const result = await job.run(AbortSignal.any([over, ...(run === undefined ? [] : [run.signal])]))
      deps.count('jobs', { job: job.name, outcome: 'done' })
      log.info('job done', {
        job: job.name,
        durationMs: Math.round(clock.monotonicMs() - startedMs),
        ...result,
      })
      return result
    } catch (error) {
      deps.count('jobs', { job: job.name, outcome: 'failed' })
      log.error('job failed', { job: job.name, error })
      throw plain(error)
    }
  }
}

/** The queue keeps errors as they are, causes and stacks too: it is given code and message alone. */
function plain(error: unknown): Error {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const text = error instanceof Error && typeof message === 'string' ? message : 'failed'
  const bare = new Error(typeof code === 'string' ? `${code}: ${text}` : text)
  delete bare.stack
  return bare
}

function nextRun(boss: PgBoss, { schedule }: Job): Date | null {
  if (schedule === undefined) return null
  return boss.previewSchedule(schedule.cron, { tz: schedule.timeZone, count: 1 })[0] ?? null
}

async function keepTrying(deps: JobsDeps, over: AbortSignal, start: () => Promise<void>): Promise<void> {
  for (;;) {
    over.throwIfAborted()
    try {
      return await start()
    } catch (error) {
      deps.log.error('the job queue does not start; it is tried again in a minute', { error })
      await wait(deps.clock, againMs, over)
    }
  }
}
