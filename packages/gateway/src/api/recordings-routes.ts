import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RecordingRow } from '#db'
import type { CallId } from '#kernel'
import { audioRoute } from './audio-route.ts'
import type { ApiDeps } from './deps.ts'
import { currentRecording, existingRecording, recordingParams } from './existing-recording.ts'
import { ApiError } from './problem.ts'
import { redactionRoutes } from './redaction-routes.ts'
import { refuseHeld } from './refuse-held.ts'
import { auditAct, pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
import { deletion } from './schemas-objects.ts'
import { callId, pageOf, pageQuery, recording } from './schemas.ts'
import { showRecording } from './views.ts'

const tags = ['recordings']

export function recordingsRoutes(context: RouteContext): void {
  readRoutes(context)
  audioRoute(context)
  deleteRoute(context)
  redactionRoutes(context)
}

function readRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/recordings',
    config: { scope: 'recordings:read' },
    schema: {
      operationId: 'listRecordings',
      summary: 'List recordings, newest first',
      tags,
      querystring: pageQuery.extend({ call_id: callId.optional() }),
      response: { 200: pageOf(recording, 'RecordingPage'), default: problemResponse },
    },
    async handler(request) {
      const wanted = request.query.call_id as CallId | undefined
      const { rows, ...page } = await pageOfRows<RecordingRow>(cursors, request, {
        scope: ['recordings', wanted],
        query: request.query,
        rows: (part) => deps.recordings.list({ ...part, filter: { callId: wanted } }),
      })
      return { data: rows.map(showRecording), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/recordings/:id',
    config: { scope: 'recordings:read' },
    schema: {
      operationId: 'getRecording',
      summary: 'Get a recording’s particulars',
      tags,
      params: recordingParams,
      response: { 200: recording, default: problemResponse },
    },
    handler: async (request) => showRecording(await existingRecording(deps, request)),
  })
}

function deleteRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'DELETE',
    url: '/v1/recordings/:id',
    config: { scope: 'recordings:delete' },
    schema: {
      operationId: 'deleteRecording',
      summary: 'Destroy a recording: its key first, then its file',
      tags,
      params: recordingParams,
      response: {
        202: deletion,
        204: z.null().describe('It is gone'),
        default: problemResponse,
      },
    },
    async handler(request, reply) {
      const row = await currentRecording(deps, request)
      if (row.state === 'recording') throw new ApiError('recording-running')
      if (row.state !== 'deleted') await decide(deps, request, row)
      const deleted = await deps.recordings.delete(row)
      if (deleted.state === 'deleted') return reply.code(204).send(null)
      const { state, reason, until } = deleted
      return reply.code(202).send({ state, reason, until: until?.toISOString() ?? null })
    },
  })
}

async function decide(deps: ApiDeps, request: FastifyRequest, row: RecordingRow): Promise<void> {
  await refuseHeld(deps, row)
  const about = { call: row.call_id, fields: { recording: row.id } }
  await auditAct(deps, request, { type: 'recording.delete', ...about })
  // A hold that was placed since the look above is seen by the decision itself.
  if (await deps.retention.claim(row.id)) return
  await auditAct(deps, request, { type: 'recording.kept', ...about })
  await refuseHeld(deps, row)
  throw new ApiError('held', { why: 'hold' })
}
