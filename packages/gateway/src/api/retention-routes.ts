import { z } from 'zod'
import { callerOf } from './authenticate.ts'
import { problemResponse, type RouteContext } from './route-context.ts'

const time = z.iso.datetime({ precision: 3 })
const maxAheadMs = 100 * 366 * 86_400_000

const plan = z
  .object({
    by: time,
    lines: z.array(
      z.object({
        type: z.string().describe('What goes, in the words of `retention.keep`'),
        policy: z.string().describe('By which policy'),
        count: z.int(),
        bytes: z.int().describe('Of sealed objects; rows are not counted'),
        earliest: time.describe('When the first of it is due'),
        held: z.int().describe('Due as well, and kept by a legal hold'),
        locked: z.int().describe('Due as well, and kept by its store’s lock'),
        locked_until: time.nullable(),
      }),
    ),
  })
  .meta({ id: 'RetentionPlan' })

export function retentionRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/retention/plan',
    config: { scope: 'retention:read' },
    schema: {
      operationId: 'planRetention',
      summary: 'Say what the policies will have deleted by a time, and delete nothing',
      tags: ['retention'],
      querystring: z.object({
        by: z.iso.datetime({ offset: true }).optional().describe('Default: now'),
      }),
      response: { 200: plan, default: problemResponse },
    },
    async handler(request) {
      const nowMs = deps.clock.now()
      const wanted = request.query.by === undefined ? nowMs : Date.parse(request.query.by)
      const by = new Date(Math.min(wanted, nowMs + maxAheadMs))
      const { lines } = await deps.retention.plan(callerOf(request).tenant, by)
      const shown = lines.map(({ lockedUntil, earliest, ...line }) => ({
        ...line,
        earliest: earliest.toISOString(),
        locked_until: lockedUntil?.toISOString() ?? null,
      }))
      return { by: by.toISOString(), lines: shown }
    },
  })
}
