import { Readable } from 'node:stream'
import { z } from 'zod'
import type { BackupRow } from '#db'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import { auditAct, pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
import { pageOf, pageQuery } from './schemas.ts'

const tags = ['backups']
const backupId = z.string().regex(/^bak_[0-9a-f]{32}$/)
const time = z.iso.datetime({ precision: 3 })

const backup = z
  .object({
    id: backupId,
    state: z
      .enum(['running', 'complete', 'failed', 'deleted'])
      .describe('`complete`: whole, and verified after it was written'),
    reason: z.string().nullable().describe('Why it failed, or what it lacks'),
    store: z.string(),
    started_at: time,
    ended_at: time.nullable(),
    tables: z.int(),
    rows: z.int(),
    objects: z.int().describe('Sealed objects that belong to it'),
    copied: z.int().describe('Of these, those that the store of backups lacked'),
    bytes: z.int().describe('Written to the store'),
    manifest_sha256: z.string().nullable(),
  })
  .meta({ id: 'Backup' })

/** Backups hold the data of all tenants, sealed: only an operator’s token should have these scopes. */
export function backupsRoutes(context: RouteContext): void {
  startRoute(context)
  readRoutes(context)
  erasuresRoute(context)
}

function startRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/backups',
    config: { scope: 'backups:write' },
    schema: {
      operationId: 'createBackup',
      summary: 'Begin a backup of all that is kept',
      description: 'Answers at once; the backup says how far it is. Calls go on meanwhile.',
      tags,
      response: { 202: backup, default: problemResponse },
    },
    async handler(request, reply) {
      const row = await deps.backups.start(`token:${callerOf(request).id}`)
      if (row === 'no-store') throw new ApiError('backup-no-store')
      if (row === 'running') throw new ApiError('backup-running')
      if (row === 'unaudited') throw new ApiError('audit-unavailable')
      return reply.code(202).send(showBackup(row))
    },
  })
}

function readRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/backups',
    config: { scope: 'backups:read' },
    schema: {
      operationId: 'listBackups',
      summary: 'List backups, newest first',
      tags,
      querystring: pageQuery,
      response: { 200: pageOf(backup, 'BackupPage'), default: problemResponse },
    },
    async handler(request) {
      const { rows, ...page } = await pageOfRows<BackupRow>(cursors, request, {
        scope: ['backups'],
        query: request.query,
        rows: ({ limit, before }) => deps.backups.list({ limit, before }),
      })
      return { data: rows.map(showBackup), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/backups/:id',
    config: { scope: 'backups:read' },
    schema: {
      operationId: 'getBackup',
      summary: 'Get a backup’s particulars, and how far it is',
      tags,
      params: z.object({ id: backupId }),
      response: { 200: backup, default: problemResponse },
    },
    async handler(request) {
      const row = await deps.backups.get(request.params.id)
      if (row === undefined) throw new ApiError('not-found')
      return showBackup(row)
    },
  })
}

function erasuresRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/erasures',
    config: { scope: 'backups:read' },
    schema: {
      operationId: 'listErasures',
      summary: 'Which data keys were destroyed: what a restore of an older backup must destroy again',
      description:
        'One JSON object a line: ids, times and hashes of wrapped keys, nothing else. Keep it where the gateway is not.',
      tags,
      querystring: z.object({ since: z.iso.datetime({ offset: true }).optional().describe('Default: all') }),
      response: {
        200: { description: 'Erasures', content: { 'application/x-ndjson': { schema: z.unknown() } } },
        default: problemResponse,
      },
    },
    async handler(request, reply) {
      const since = new Date(request.query.since ?? 0)
      await auditAct(deps, request, { type: 'erasures.read', fields: { since: since.toISOString() } })
      return reply.type('application/x-ndjson').send(Readable.from(linesOf(deps.backups.erasures(since))))
    },
  })
}

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) yield `${text}\n`
}

function showBackup(row: BackupRow): z.input<typeof backup> {
  const { id, state, reason, store, tables, rows, objects, copied, bytes, manifest_sha256 } = row
  return {
    id,
    state,
    reason,
    store,
    started_at: row.started_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    tables,
    rows,
    objects,
    copied,
    bytes,
    manifest_sha256,
  }
}
