import { z } from 'zod'
import type { ApiJob } from './deps-retention.ts'
import { ApiError } from './problem.ts'
import { auditAct, problemResponse, type RouteContext } from './route-context.ts'

const tags = ['jobs']
const time = z.iso.datetime({ precision: 3 }).nullable()

const job = z
  .object({
    name: z.string(),
    schedule: z
      .object({ cron: z.string(), time_zone: z.string() })
      .nullable()
      .describe('Null: it runs only when it is asked to'),
    state: z
      .enum(['idle', 'waiting', 'running', 'retrying', 'failed'])
      .describe('`idle`: it never ran, or its last run went well'),
    last_run_at: time,
    last_ended_at: time,
    next_run_at: time,
    last_error: z.string().nullable().describe('Why the last run failed; null when it went well'),
    last_result: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('Figures of the last run that went well'),
  })
  .meta({ id: 'Job' })

/** What is done now and then, by whichever node comes first. */
export function jobsRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/jobs',
    config: { scope: 'jobs:read' },
    schema: {
      operationId: 'listJobs',
      summary: 'List jobs: when each ran, how it went, when it runs next',
      tags,
      response: { 200: z.object({ data: z.array(job) }).meta({ id: 'Jobs' }), default: problemResponse },
    },
    handler: async () => ({ data: (await deps.retention.jobs()).map(showJob) }),
  })
  app.route({
    method: 'POST',
    url: '/v1/jobs/:name/run',
    config: { scope: 'jobs:write' },
    schema: {
      operationId: 'runJob',
      summary: 'Have a job run as soon as it can',
      tags,
      params: z.object({ name: z.string().min(1).max(64) }),
      response: {
        202: z.object({ job: z.string(), accepted: z.literal(true) }).meta({ id: 'JobAccepted' }),
        default: problemResponse,
      },
    },
    async handler(request, reply) {
      const { name } = request.params
      const known = await deps.retention.jobs()
      if (!known.some((one) => one.name === name)) throw new ApiError('not-found')
      await auditAct(deps, request, { type: 'job.run', fields: { job: name } })
      if (!(await deps.retention.runJob(name))) throw new ApiError('not-found')
      return reply.code(202).send({ job: name, accepted: true as const })
    },
  })
}

function showJob(one: ApiJob): z.input<typeof job> {
  return {
    name: one.name,
    schedule: one.schedule === null ? null : { cron: one.schedule.cron, time_zone: one.schedule.timeZone },
    state: one.state,
    last_run_at: one.lastRunAt?.toISOString() ?? null,
    last_ended_at: one.lastEndedAt?.toISOString() ?? null,
    next_run_at: one.nextRunAt?.toISOString() ?? null,
    last_error: one.lastError,
    last_result: one.lastResult === null ? null : { ...one.lastResult },
  }
}
