import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { CallId, TenantId } from '#kernel'
import { callerOf } from './authenticate.ts'
import type { Cursors } from './cursor.ts'
import type { ApiDeps } from './deps.ts'
import type { FastifyApi } from './fastify-api.ts'
import type { Once } from './idempotency.ts'
import { ApiError } from './problem.ts'
import { problem } from './schemas.ts'

/** What every file of routes is given. */
export interface RouteContext {
  readonly app: FastifyApi
  readonly deps: ApiDeps
  readonly cursors: Cursors
  readonly once: Once
}

export const problemResponse = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': { schema: problem } },
}

/** Loose: a schema for headers must not take away those it does not name. */
export const idempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .optional()
    .describe('1 to 255 visible ASCII characters: within a day the same key takes effect once'),
})

/** Writes the audit entry of a privileged act. Only when this resolves may the act happen. */
export async function auditAct(
  deps: ApiDeps,
  request: FastifyRequest,
  act: { type: string; call?: CallId; fields?: Readonly<Record<string, string | number | boolean | null>> },
): Promise<void> {
  const { id, tenant } = callerOf(request)
  const fields = { ...act.fields, request: request.id }
  try {
    await deps.audit({ type: act.type, tenant, call: act.call, actor: `token:${id}`, fields })
  } catch (cause) {
    throw new ApiError('audit-unavailable', { cause })
  }
}

interface List<Row> {
  /** The list's name and filters: a cursor is good for exactly these. */
  readonly scope: readonly (string | undefined)[]
  readonly query: { readonly limit: number; readonly cursor?: string | undefined }
  /** Rows with an id below `before`, newest first. */
  readonly rows: (page: {
    tenant: TenantId
    limit: number
    before: string | undefined
  }) => Promise<readonly Row[]>
}

/** One page of a list. Asks for one row more than is shown, to know whether there is more. */
export async function pageOfRows<Row extends { readonly id: string }>(
  cursors: Cursors,
  request: FastifyRequest,
  list: List<Row>,
): Promise<{ rows: readonly Row[]; has_more: boolean; next_cursor: string | null }> {
  const { tenant } = callerOf(request)
  const { limit, cursor } = list.query
  const scope = JSON.stringify([tenant, ...list.scope])
  const before = cursor === undefined ? undefined : cursors.open(scope, cursor)
  if (cursor !== undefined && before === undefined) throw new ApiError('cursor-invalid')
  const found = await list.rows({ tenant, limit: limit + 1, before })
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  return { rows, has_more: last !== undefined, next_cursor: last ? cursors.seal(scope, last.id) : null }
}
