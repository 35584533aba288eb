import { z } from 'zod'
import type { ObjectRow } from '#db'
import type { CallId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import { auditAct, pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
import { objectId, sealedObject, verifyReport } from './schemas-objects.ts'
import { callId, pageOf, pageQuery } from './schemas.ts'
import { showObject } from './views-objects.ts'

const tags = ['objects']
const maxChecked = 10_000

/** What is kept sealed, wherever it lies, and whether it is still what was sealed. */
export function objectsRoutes(context: RouteContext): void {
  readRoutes(context)
  verifyRoute(context)
}

function readRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/objects',
    config: { scope: 'objects:read' },
    schema: {
      operationId: 'listObjects',
      summary: 'List sealed objects, newest first',
      tags,
      querystring: pageQuery.extend({
        call_id: callId.optional(),
        state: sealedObject.shape.state.optional(),
      }),
      response: { 200: pageOf(sealedObject, 'ObjectPage'), default: problemResponse },
    },
    async handler(request) {
      const { state } = request.query
      const call = request.query.call_id as CallId | undefined
      const { rows, ...page } = await pageOfRows<ObjectRow>(cursors, request, {
        scope: ['objects', call, state],
        query: request.query,
        rows: (part) => deps.objects.list({ ...part, filter: { callId: call, state } }),
      })
      return { data: rows.map(showObject), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/objects/:id',
    config: { scope: 'objects:read' },
    schema: {
      operationId: 'getObject',
      summary: 'Get where a sealed object lies, its size and its hash',
      tags,
      params: z.object({ id: objectId }),
      response: { 200: sealedObject, default: problemResponse },
    },
    async handler(request) {
      const row = await deps.objects.get(callerOf(request).tenant, request.params.id)
      if (!row) throw new ApiError('not-found')
      return showObject(row)
    },
  })
}

function verifyRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/objects/verify',
    config: { scope: 'objects:verify' },
    schema: {
      operationId: 'verifyObjects',
      summary: 'Compare what is listed with what the stores hold',
      description:
        'Goes through the tenant’s objects in the order of their ids, at most `limit` of them; `next` goes on. Answers when it is done.',
      tags,
      body: z.strictObject({
        limit: z.int().min(1).max(maxChecked).default(1_000),
        after: objectId.optional().describe('`next` of the answer before'),
        open: z.boolean().default(false).describe('Open each as well and authenticate all of it'),
        unlisted: z.boolean().default(false).describe('Look for what is in a store and was never listed'),
      }),
      response: { 200: verifyReport, default: problemResponse },
    },
    async handler(request) {
      const { limit, after, open, unlisted } = request.body
      const fields = { limit, after: after ?? null, open, unlisted }
      await auditAct(deps, request, { type: 'objects.verify', fields })
      const { tenant } = callerOf(request)
      const report = await deps.objects.verify({ tenant, limit, after, open, unlisted })
      return {
        ...report,
        missing: [...report.missing],
        altered: [...report.altered],
        unchecked: [...report.unchecked],
        unlisted: [...report.unlisted],
        next: report.next ?? null,
      }
    },
  })
}
