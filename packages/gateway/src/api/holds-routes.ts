import { z } from 'zod'
import type { Hold } from '#db'
import type { CallId, HoldId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import { idempotencyHeaders, pageOfRows, problemResponse, type RouteContext } from './route-context.ts'
import { callId, pageOf, pageQuery } from './schemas.ts'

const tags = ['holds']
const holdId = z.string().regex(/^hold_[0-9a-f]{32}$/)
const time = z.iso.datetime({ precision: 3 })
const anyTime = z.iso.datetime({ offset: true })
const reason = z.string().min(1).max(1_000).describe('Why; kept sealed, and never in the audit log')

const hold = z
  .object({
    id: holdId,
    call_id: callId.nullable(),
    by_number: z.boolean().describe('It is for the calls of one number, which is kept as a keyed hash only'),
    label: z.string().nullable(),
    from: time.nullable().describe('Calls that began then or later'),
    to: time.nullable().describe('Calls that began earlier'),
    reason: z.string(),
    placed_by: z.string(),
    placed_at: time,
    until: time.nullable().describe('It ends by itself then; null: when it is released'),
    released_by: z.string().nullable(),
    released_at: time.nullable(),
    release_reason: z.string().nullable(),
  })
  .meta({ id: 'Hold' })

const newHold = z
  .strictObject({
    call_id: callId.optional(),
    number: z.string().min(1).max(256).optional().describe('A phone number or SIP address'),
    label: z.string().min(1).max(100).optional(),
    from: anyTime.optional(),
    to: anyTime.optional(),
    all: z.literal(true).optional().describe('Must be said to hold everything of the tenant'),
    reason,
    until: anyTime.optional(),
  })
  .refine(
    ({ call_id, number, label, from, to, all }) =>
      (all === true) !== [call_id, number, label, from, to].some((one) => one !== undefined),
    'say what to hold: call_id, number, label, from or to, which all have to fit; or all',
  )

/** Legal holds: what one is on is not deleted by policy, by command or for a data subject. */
export function holdsRoutes(context: RouteContext): void {
  readRoutes(context)
  writeRoutes(context)
}

function readRoutes({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/holds',
    config: { scope: 'holds:read' },
    schema: {
      operationId: 'listHolds',
      summary: 'List legal holds, newest first',
      tags,
      querystring: pageQuery.extend({
        active: z
          .enum(['true', 'false'])
          .optional()
          .describe('Only those that were not released, or only those that were'),
      }),
      response: { 200: pageOf(hold, 'HoldPage'), default: problemResponse },
    },
    async handler(request) {
      const { active } = request.query
      const wanted = active === undefined ? {} : { active: active === 'true' }
      const { rows, ...page } = await pageOfRows<Hold>(cursors, request, {
        scope: ['holds', active],
        query: request.query,
        rows: ({ tenant, ...part }) => deps.retention.holds.list(tenant, { ...part, ...wanted }),
      })
      return { data: rows.map(showHold), ...page }
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/holds/:id',
    config: { scope: 'holds:read' },
    schema: {
      operationId: 'getHold',
      summary: 'Get a legal hold',
      tags,
      params: z.object({ id: holdId }),
      response: { 200: hold, default: problemResponse },
    },
    async handler(request) {
      const found = await deps.retention.holds.get(callerOf(request).tenant, request.params.id as HoldId)
      if (found === undefined) throw new ApiError('not-found')
      return showHold(found)
    },
  })
}

function writeRoutes({ app, deps, once }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/holds',
    config: { scope: 'holds:write' },
    schema: {
      operationId: 'placeHold',
      summary: 'Place a legal hold',
      description: 'In force once it is answered: from then on no deletion of what it is on begins.',
      tags,
      headers: idempotencyHeaders,
      body: newHold,
      response: { 201: hold, default: problemResponse },
    },
    async handler(request, reply) {
      const { call_id, number, label, from, to, until, reason: why } = request.body
      const body = await once<z.output<typeof hold>>(request, reply, async () => {
        const { tenant, id } = callerOf(request)
        const wanted = {
          call: call_id as CallId | undefined,
          number,
          label,
          from: dateOf(from),
          to: dateOf(to),
          until: dateOf(until),
          reason: why,
        }
        const placed = await deps.retention.holds.place(tenant, wanted, `token:${id}`).catch(asUnaudited)
        void deps.retention.runJob('retention').catch(() => {}) // stores are told by the next sweep at the latest
        return showHold(placed)
      })
      return reply.code(201).send(body)
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/holds/:id/release',
    config: { scope: 'holds:write' },
    schema: {
      operationId: 'releaseHold',
      summary: 'Release a legal hold: what is due then goes with the next sweep',
      tags,
      params: z.object({ id: holdId }),
      body: z.strictObject({ reason }),
      response: { 200: hold, default: problemResponse },
    },
    async handler(request) {
      const { tenant, id } = callerOf(request)
      const wanted = request.params.id as HoldId
      const released = await deps.retention.holds
        .release(tenant, wanted, request.body.reason, `token:${id}`)
        .catch(asUnaudited)
      if (released === 'unknown') throw new ApiError('not-found')
      if (released === 'released') throw new ApiError('hold-released')
      return showHold(released)
    },
  })
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text)
}

/** The audit log comes first in both: when it takes no entry, nothing was done. */
export function asUnaudited(cause: unknown): never {
  const { name } = cause as { name?: unknown }
  if (name === 'AuditError') throw new ApiError('audit-unavailable', { cause })
  throw cause
}

function showHold(one: Hold): z.output<typeof hold> {
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: one.id,
    call_id: one.call_id,
    by_number: one.subject_index !== null,
    label: one.label,
    from: iso(one.from_at),
    to: iso(one.to_at),
    reason: one.reason,
    placed_by: one.placed_by,
    placed_at: one.placed_at.toISOString(),
    until: iso(one.until),
    released_by: one.released_by,
    released_at: iso(one.released_at),
    release_reason: one.release_reason,
  }
}
