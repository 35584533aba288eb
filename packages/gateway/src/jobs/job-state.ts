import type { JobWithMetadata } from 'pg-boss'
import type { Job, JobState } from './contract.ts'

/** What the newest of a job's runs tells of it. */
export function jobState(job: Job, runs: readonly JobWithMetadata[], nextRunAt: Date | null): JobState {
  const newest = runs.toSorted((a, b) => b.createdOn.getTime() - a.createdOn.getTime())
  const last = newest.find(({ startedOn }) => (startedOn as Date | null) !== null)
  const done = newest.find(({ state }) => state === 'completed')
  const failure = last?.state === 'failed' || last?.state === 'retry' ? messageOf(last.output) : null
  return {
    name: job.name,
    schedule: job.schedule ?? null,
    state: stateOf(newest),
    lastRunAt: last?.startedOn ?? null,
    lastEndedAt: last?.completedOn ?? null,
    nextRunAt,
    lastError: failure,
    lastResult: (done?.output as Readonly<Record<string, unknown>> | null | undefined) ?? null,
  }
}

function stateOf(newest: readonly JobWithMetadata[]): JobState['state'] {
  if (newest.some(({ state }) => state === 'active')) return 'running'
  if (newest.some(({ state }) => state === 'retry')) return 'retrying'
  if (newest.some(({ state }) => state === 'created')) return 'waiting'
  return newest[0]?.state === 'failed' ? 'failed' : 'idle'
}

function messageOf(output: unknown): string {
  const { message } = (output ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : 'it took too long, or its node ended'
}
