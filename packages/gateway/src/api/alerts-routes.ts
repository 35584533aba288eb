import { z } from 'zod'
import { showAlert, type Alert } from '#alerts'
import type { AlertId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import { auditAct, pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
import { alert, alertId, pageOf, pageQuery } from './schemas.ts'

const tags = ['alerts']
const params = z.object({ id: alertId })

/** What the rules found, and that somebody looks after it. */
export function alertsRoutes(context: RouteContext): void {
  readRoutes(context)
  acknowledgeRoute(context)
}

function readRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/alerts',
    config: { scope: 'alerts:read' },
    schema: {
      operationId: 'listAlerts',
      summary: 'List alerts, newest first',
      tags,
      querystring: pageQuery.extend({ state: z.enum(['open', 'acknowledged']).optional() }),
      response: { 200: pageOf(alert, 'AlertPage'), default: problemResponse },
    },
    async handler(request) {
      const { state } = request.query
      const { rows, ...page } = await pageOfRows<Alert>(cursors, request, {
        scope: ['alerts', state],
        query: request.query,
        rows: (part) => deps.alerts.list({ ...part, filter: { state } }),
      })
      return { data: rows.map(showAlert), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/alerts/:id',
    config: { scope: 'alerts:read' },
    schema: {
      operationId: 'getAlert',
      summary: 'Get an alert',
      tags,
      params,
      response: { 200: alert, default: problemResponse },
    },
    async handler(request) {
      const found = await deps.alerts.get(callerOf(request).tenant, request.params.id as AlertId)
      if (found === undefined) throw new ApiError('not-found')
      return showAlert(found)
    },
  })
}

function acknowledgeRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/alerts/:id/ack',
    config: { scope: 'alerts:write' },
    schema: {
      operationId: 'acknowledgeAlert',
      summary: 'Acknowledge an alert: receivers are told of it no more',
      tags,
      params,
      response: { 200: alert, default: problemResponse },
    },
    async handler(request) {
      const { id: token, tenant } = callerOf(request)
      const id = request.params.id as AlertId
      const found = await deps.alerts.get(tenant, id)
      if (found === undefined) throw new ApiError('not-found')
      if (found.state === 'open') {
        await auditAct(deps, request, { type: 'alert.acknowledge', fields: { alert: id, rule: found.rule } })
        await deps.alerts.acknowledge(tenant, id, `token:${token}`)
      }
      return showAlert((await deps.alerts.get(tenant, id)) ?? found)
    },
  })
}
