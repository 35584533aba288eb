import { Readable } from 'node:stream'
import { z } from 'zod'
import type { SubjectRequestRow } from '#db'
import type { SubjectRequestId } from '#kernel'
import { callerOf, needScope } from './authenticate.ts'
import { asUnaudited } from './holds-routes.ts'
import { ApiError } from './problem.ts'
import {
  auditAct,
  idempotencyHeaders,
  pageOfRows,
  problemResponse,
  type RouteContext,
} from './route-context.ts'
import { pageOf, pageQuery } from './schemas.ts'

const tags = ['subjects']
const time = z.iso.datetime({ precision: 3 })
const requestId = z.string().regex(/^dsr_[0-9a-f]{32}$/)
const params = z.object({ id: requestId })

const subject = z
  .string()
  .min(1)
  .max(256)
  .describe('A phone number or SIP address, or the id of a call or recording')

const subjectRequest = z
  .object({
    id: requestId,
    kind: z.enum(['find', 'export', 'erase']),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    asked_by: z.string(),
    created_at: time,
    ended_at: time.nullable(),
    report: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('What was found or erased, and what was kept and why; names nobody'),
    error: z.string().nullable(),
    verifier_keys: z
      .array(z.string())
      .describe('Of an export: the keys that may have signed its manifest (C2SP signed-note)'),
  })
  .meta({ id: 'SubjectRequest' })

/** What data subjects may ask: what is kept of them, a copy of it, and that it goes. */
export function subjectsRoutes(context: RouteContext): void {
  askRoutes(context)
  readRoutes(context)
  archiveRoute(context)
}

const plain = z.strictObject({ subject })
const withAudio = z.strictObject({
  subject,
  audio: z
    .boolean()
    .default(false)
    .describe('With the recordings, as WAV: to ask for it and to fetch it needs `recordings:read` as well'),
})
const confirmed = z.strictObject({
  subject,
  confirm: z.literal('erase').describe('Must be said: what is erased comes back by no means'),
})

function askRoutes(context: RouteContext): void {
  ask(context, 'find', 'subjects:read', 'Find what is kept of a person', plain)
  ask(context, 'export', 'subjects:read', 'Make a copy of what is kept of a person', withAudio)
  ask(context, 'erase', 'subjects:erase', 'Erase what is kept of a person', confirmed)
}

function ask(
  { app, deps, once }: RouteContext,
  kind: SubjectRequestRow['kind'],
  scope: 'subjects:read' | 'subjects:erase',
  summary: string,
  body: typeof plain | typeof withAudio | typeof confirmed,
): void {
  app.route({
    method: 'POST',
    url: `/v1/subjects/${kind}`,
    config: { scope },
    schema: {
      operationId: `${kind}Subject`,
      summary,
      tags,
      headers: idempotencyHeaders,
      body: body as z.ZodType<{ subject: string; audio?: boolean }>,
      response: { 202: subjectRequest, default: problemResponse },
    },
    async handler(request, reply) {
      const answer = await once<z.output<typeof subjectRequest>>(request, reply, async () => {
        const { tenant, id } = callerOf(request)
        const { subject: wanted, audio = false } = request.body
        if (audio) needScope(callerOf(request), 'recordings:read')
        const asked = { kind, subject: wanted, withAudio: audio }
        return show(deps, await deps.retention.subjects.ask(tenant, asked, `token:${id}`).catch(asUnaudited))
      })
      return reply.code(202).send(answer)
    },
  })
}

function readRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/subjects/requests',
    config: { scope: 'subjects:read' },
    schema: {
      operationId: 'listSubjectRequests',
      summary: 'List requests about persons, newest first',
      tags,
      querystring: pageQuery,
      response: { 200: pageOf(subjectRequest, 'SubjectRequestPage'), default: problemResponse },
    },
    async handler(request) {
      const { rows, ...page } = await pageOfRows<SubjectRequestRow>(cursors, request, {
        scope: ['subject-requests'],
        query: request.query,
        rows: ({ tenant, ...part }) => deps.retention.subjects.list(tenant, part),
      })
      return { data: rows.map((row) => show(deps, row)), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/subjects/requests/:id',
    config: { scope: 'subjects:read' },
    schema: {
      operationId: 'getSubjectRequest',
      summary: 'Get what became of a request about a person',
      tags,
      params,
      response: { 200: subjectRequest, default: problemResponse },
    },
    handler: async (request) => show(deps, await existing({ deps }, request)),
  })
}

function archiveRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/subjects/requests/:id/archive',
    config: { scope: 'subjects:read' },
    schema: {
      operationId: 'getSubjectArchive',
      summary: 'Get the copy that an export made',
      description:
        'A tar archive, made as it is sent; its last file, `MANIFEST`, names every file with its hash and is signed. For a day after the export.',
      tags,
      params,
      response: {
        200: { description: 'The archive', content: { 'application/x-tar': { schema: z.unknown() } } },
        default: problemResponse,
      },
    },
    async handler(request, reply) {
      const row = await existing({ deps }, request)
      if (row.with_audio) needScope(callerOf(request), 'recordings:read')
      const originals = callerOf(request).scopes.includes('transcripts:original')
      const archive = deps.retention.archive(row, { originals })
      if (archive === undefined) throw new ApiError('export-unavailable')
      await auditAct(deps, request, {
        type: 'subject.archive',
        fields: { export: row.id, withAudio: row.with_audio, originals },
      })
      return reply
        .code(200)
        .type('application/x-tar')
        .header('content-disposition', `attachment; filename="${row.id}.tar"`)
        .send(Readable.from(archive))
    },
  })
}

async function existing(
  { deps }: Pick<RouteContext, 'deps'>,
  request: {
    readonly token: Parameters<typeof callerOf>[0]['token']
    readonly params: { readonly id: string }
  },
): Promise<SubjectRequestRow> {
  const row = await deps.retention.subjects.get(
    callerOf(request).tenant,
    request.params.id as SubjectRequestId,
  )
  if (row === undefined) throw new ApiError('not-found')
  return row
}

function show(deps: RouteContext['deps'], row: SubjectRequestRow): z.output<typeof subjectRequest> {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    asked_by: row.asked_by,
    created_at: row.created_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    report: row.report === null ? null : { ...row.report },
    error: row.error,
    verifier_keys: row.kind === 'export' ? [...deps.retention.verifierKeys()] : [],
  }
}
