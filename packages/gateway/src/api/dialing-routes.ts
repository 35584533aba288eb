import { z } from 'zod'
import type { AppId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import { auditAct, problemResponse, type RouteContext } from './route-context.ts'

const tags = ['dialing']
const appId = z.string().min(1).max(64).describe('The app’s id, as it is configured')

/** Apps whose outbound calls an anomaly stopped. */
export function dialingRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/dialing/stops',
    config: { scope: 'dialing:read' },
    schema: {
      operationId: 'listDialingStops',
      summary: 'List apps whose outbound calls an anomaly stopped',
      tags,
      response: {
        200: z.object({ data: z.array(z.object({ app: appId })) }).meta({ id: 'DialingStops' }),
        default: problemResponse,
      },
    },
    handler: (request) => ({
      data: deps.dialing.stopped(callerOf(request).tenant).map((stopped) => ({ app: stopped })),
    }),
  })
  app.route({
    method: 'DELETE',
    url: '/v1/dialing/stops/:app',
    config: { scope: 'dialing:write' },
    schema: {
      operationId: 'liftDialingStop',
      summary: 'Let an app call again that an anomaly stopped',
      tags,
      params: z.object({ app: appId }),
      response: { 204: z.null().describe('It may call again'), default: problemResponse },
    },
    async handler(request, reply) {
      const { id, tenant } = callerOf(request)
      const wanted = request.params.app as AppId
      if (!deps.dialing.stopped(tenant).includes(wanted)) throw new ApiError('not-found')
      await auditAct(deps, request, { type: 'dialing.lift', fields: { app: wanted } })
      if (!(await deps.dialing.lift(wanted, `token:${id}`))) throw new ApiError('not-found')
      return reply.code(204).send(null)
    },
  })
}
