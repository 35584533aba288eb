import { Readable } from 'node:stream'
import { parseTilePath } from '@voxkeep/tlog'
import { z } from 'zod'
import { AuditError } from '#audit'
import type { CallId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import { auditAct, pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
import { auditEntry, callId } from './schemas.ts'

const tags = ['audit']
const time = z.iso.datetime().transform((text) => new Date(text))
const maxPage = 500

const query = z.object({
  limit: z.coerce.number().int().min(1).max(maxPage).default(50),
  cursor: z.string().optional(),
  type: z.string().max(128).optional().describe('Only entries of this type, for example `token.issue`'),
  actor: z
    .string()
    .max(256)
    .optional()
    .describe('Who acted, for example `token:tok_…`; a person’s number finds his pseudonym'),
  call: callId.optional(),
  from: time.optional(),
  to: time.optional().describe('Exclusive'),
})

const plain = (description: string) => ({
  description,
  content: { 'text/plain': { schema: z.string() } },
})
const index = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** The audit log: reading it, each time into the log itself, and what proves it. */
export function auditRoutes(context: RouteContext): void {
  readRoute(context)
  proofRoutes(context)
  exportRoute(context)
  keyRoutes(context)
}

function readRoute({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/audit',
    config: { scope: 'audit:read' },
    schema: {
      operationId: 'listAuditEntries',
      summary: 'Search the audit log, newest entry first',
      description: 'Each request is in the audit log itself before anything is shown.',
      tags,
      querystring: query,
      response: {
        200: z
          .object({
            data: z.array(auditEntry.extend({ call: callId.nullable() })),
            has_more: z.boolean(),
            next_cursor: z.string().nullable(),
          })
          .meta({ id: 'AuditEntries' }),
        default: problemResponse,
      },
    },
    async handler(request) {
      const { type, actor, call, from, to } = request.query
      // Not whom: what was asked for may be a person's number, and is hidden as in any other entry.
      const asked = { type: type ?? null, by: actor ?? null, from: iso(from), to: iso(to) }
      await auditAct(deps, request, {
        type: 'audit.read',
        ...(call && { call: call as CallId }),
        fields: asked,
      })
      const filter = { type, actor, call: call as CallId | undefined, from, to }
      const page = await pageOfRows(cursors, request, {
        scope: ['audit', type, actor, call, from?.toISOString(), to?.toISOString()],
        query: request.query,
        async rows({ tenant, limit, before }) {
          const below = before === undefined ? undefined : Number(before)
          const entries = await deps.auditLog.query(tenant, filter, { before: below, limit })
          return entries.map((entry) => ({ ...entry, id: String(entry.index) }))
        },
      })
      return { data: [...page.rows], has_more: page.has_more, next_cursor: page.next_cursor }
    },
  })
}

function proofRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/audit/checkpoint',
    config: { scope: 'audit:read' },
    schema: {
      operationId: 'getAuditCheckpoint',
      summary: 'Get the newest signed checkpoint (C2SP tlog-checkpoint), with its cosignatures',
      tags,
      response: { 200: plain('A signed note'), default: problemResponse },
    },
    async handler(request, reply) {
      const checkpoint = await deps.auditLog.checkpoint(callerOf(request).tenant)
      if (checkpoint === undefined) throw new ApiError('not-found')
      return reply.type('text/plain; charset=utf-8').send(checkpoint.note)
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/audit/proof',
    config: { scope: 'audit:read' },
    schema: {
      operationId: 'getAuditProof',
      summary: 'Prove that an entry is in the log (C2SP tlog-proof); the proof carries the entry',
      tags,
      querystring: z.object({ index }),
      response: { 200: plain('A tlog-proof file'), default: problemResponse },
    },
    async handler(request, reply) {
      const { tenant } = callerOf(request)
      const wanted = request.query.index
      await auditAct(deps, request, { type: 'audit.prove', fields: { index: wanted } })
      const proof = await deps.auditLog.proof(tenant, wanted).catch(answerUnknown)
      return reply.type('text/plain; charset=utf-8').send(proof)
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/audit/logs/proof',
    config: { scope: 'audit:read' },
    schema: {
      operationId: 'getAuditCheckpointProof',
      summary: 'Prove that the log of all logs holds this log’s newest checkpoint (C2SP tlog-proof)',
      tags,
      response: { 200: plain('A tlog-proof file'), default: problemResponse },
    },
    async handler(request, reply) {
      const proof = await deps.auditLog.proofOfCheckpoint(callerOf(request).tenant).catch(answerUnknown)
      if (proof === undefined) throw new ApiError('not-found')
      return reply.type('text/plain; charset=utf-8').send(proof)
    },
  })
}

function exportRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/audit/export',
    config: { scope: 'audit:read' },
    schema: {
      operationId: 'exportAudit',
      summary: 'Download the log with all that proves it, for `voxkeep audit verify`',
      tags,
      querystring: z.object({
        from: index.default(0).describe('First entry; rounded down to a tile of 256'),
      }),
      response: {
        200: {
          description: 'One JSON text a line: a header, entries, checkpoints, hashes',
          content: { 'application/x-ndjson': { schema: z.unknown() } },
        },
        default: problemResponse,
      },
    },
    async handler(request, reply) {
      const { from } = request.query
      await auditAct(deps, request, { type: 'audit.export', fields: { from } })
      const lines = await deps.auditLog.export(callerOf(request).tenant, from)
      return reply.type('application/x-ndjson').send(Readable.from(lines))
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/audit/tile/*',
    config: { scope: 'audit:read' },
    schema: {
      operationId: 'getAuditTile',
      summary: 'Get a tile of hashes or a bundle of entries (C2SP tlog-tiles)',
      tags,
      params: z.object({ '*': z.string().max(64) }),
      response: {
        200: { description: 'A tile', content: { 'application/octet-stream': { schema: z.unknown() } } },
        default: problemResponse,
      },
    },
    async handler(request, reply) {
      const tile = parseTilePath(`tile/${request.params['*']}`)
      if (tile === undefined) throw new ApiError('not-found')
      // Hashes say nothing; entries are read.
      if (tile.level === 'entries')
        await auditAct(deps, request, {
          type: 'audit.read',
          fields: { bundle: tile.index, width: tile.width },
        })
      const bytes = await deps.auditLog.tile(callerOf(request).tenant, tile).catch(answerUnknown)
      return reply.type('application/octet-stream').send(Buffer.from(bytes))
    },
  })
}

function keyRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/audit/keys',
    config: { scope: 'audit:read' },
    schema: {
      operationId: 'listAuditKeys',
      summary: 'List the keys that sign this log, old ones included',
      tags,
      response: {
        200: z
          .object({
            data: z.array(
              z.object({
                key: z
                  .string()
                  .describe('A verifier key (C2SP signed-note): keep it where the gateway cannot reach'),
                from: z.string(),
                until: z.string().nullable(),
              }),
            ),
            witness: z.array(z.string()).describe('The keys with which this node cosigns others’ logs'),
          })
          .meta({ id: 'AuditKeys' }),
        default: problemResponse,
      },
    },
    async handler(request) {
      const keys = await deps.auditLog.keys(callerOf(request).tenant)
      const data = keys.map(({ key, from, until }) => ({
        key: key.text,
        from: from.toISOString(),
        until: iso(until),
      }))
      return { data, witness: [...(deps.auditLog.witness?.keys ?? [])] }
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/audit/keys/rotate',
    config: { scope: 'audit:admin' },
    schema: {
      operationId: 'rotateAuditKeys',
      summary: 'Sign checkpoints with new keys from now on; the old ones stay published',
      tags,
      response: { 204: z.null().describe('New keys sign'), default: problemResponse },
    },
    async handler(request, reply) {
      await auditAct(deps, request, { type: 'audit.keys.rotate' })
      await deps.auditLog.rotateKeys()
      return reply.code(204).send(null)
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/audit/verify',
    config: { scope: 'audit:read' },
    schema: {
      operationId: 'verifyAudit',
      summary: 'Verify everything that is stored of the log',
      description:
        'Who trusts the gateway needs no more; who does not takes an export and `voxkeep audit verify`.',
      tags,
      response: {
        200: z
          .object({
            ok: z.boolean(),
            size: z.int(),
            proven: z.int().describe('Entries up to here are covered by a signed checkpoint'),
            findings: z.array(z.record(z.string(), z.unknown())).describe('What is wrong, entry by entry'),
          })
          .meta({ id: 'AuditReport' }),
        default: problemResponse,
      },
    },
    async handler(request) {
      await auditAct(deps, request, { type: 'audit.verify' })
      const report = await deps.auditLog.verify(callerOf(request).tenant)
      return { ...report, findings: report.findings.map((finding) => ({ ...finding })) }
    },
  })
}

function answerUnknown(cause: unknown): never {
  if (cause instanceof AuditError && cause.code === 'AUDIT_UNKNOWN')
    throw new ApiError('not-found', { cause })
  throw cause
}

function iso(time: Date | null | undefined): string | null {
  return time?.toISOString() ?? null
}
