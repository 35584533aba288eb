import { z } from 'zod'
import type { RecordingRow } from '#db'
import type { CallId } from '#kernel'
import { audioRoute } from './audio-route.ts'
import { deleteRecording } from './delete-recording.ts'
import { currentRecording, existingRecording, recordingParams } from './existing-recording.ts'
import { redactionRoutes } from './redaction-routes.ts'
import { pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
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
      const deleted = await deleteRecording(deps, request, await currentRecording(deps, request))
      if (deleted.state === 'deleted') return reply.code(204).send(null)
      const { state, reason, until } = deleted
      return reply.code(202).send({ state, reason, until: until?.toISOString() ?? null })
    },
  })
}
