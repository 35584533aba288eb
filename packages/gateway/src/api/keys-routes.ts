import type { z } from 'zod'
import type { TenantId } from '#kernel'
import type { KeyOverview } from '#keys'
import { callerOf } from './authenticate.ts'
import type { ApiDeps } from './deps.ts'
import { ApiError } from './problem.ts'
import { auditAct, idempotencyHeaders, problemResponse, type RouteContext } from './route-context.ts'
import { destruction, destructionRequest, keysOverview, rotation, rotationRequest } from './schemas-keys.ts'

const tags = ['keys']

/** The tenant's own keys: what there is, new ones, and none any more. */
export function keysRoutes(context: RouteContext): void {
  readRoute(context)
  rotateRoute(context)
  destroyRoute(context)
}

function readRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/keys',
    config: { scope: 'keys:read' },
    schema: {
      operationId: 'getKeys',
      summary: 'Show the tenant’s keys, where they are, and what is under them',
      tags,
      response: { 200: keysOverview, default: problemResponse },
    },
    handler: async (request) => showKeys(await deps.keys.overview(callerOf(request).tenant)),
  })
}

function rotateRoute({ app, deps, once }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/keys/rotate',
    config: { scope: 'keys:write' },
    schema: {
      operationId: 'rotateKeys',
      summary: 'Make new keys, and put everything under them',
      description:
        'Answers with the new keys; `GET /v1/keys` shows how far re-wrapping is. No object is written again.',
      tags,
      headers: idempotencyHeaders,
      body: rotationRequest,
      response: { 202: rotation, default: problemResponse },
    },
    async handler(request, reply) {
      const { tenant } = callerOf(request)
      const { purpose } = request.body
      const body = await once(request, reply, async () => {
        await auditAct(deps, request, { type: 'keys.rotate', fields: { purpose } })
        const rotated = await deps.keys.rotate(tenant, purpose)
        return {
          rotated: rotated.map(({ id, purpose: of, version, key_ref, active_from }) => {
            return { id, purpose: of, version, key_ref, active_from: active_from.toISOString() }
          }),
        }
      })
      return reply.code(202).send(body)
    },
  })
}

function destroyRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/keys/destroy',
    config: { scope: 'keys:destroy' },
    schema: {
      operationId: 'destroyKeys',
      summary: 'Destroy all of the tenant’s keys: nothing of it can be read or kept again',
      tags,
      body: destructionRequest,
      response: { 200: destruction, default: problemResponse },
    },
    async handler(request) {
      const { tenant } = callerOf(request)
      if (request.body.confirm !== tenant) throw new ApiError('confirmation-wrong')
      await refuseHeld(deps, tenant)
      await auditAct(deps, request, { type: 'keys.destroy', fields: { tenant } })
      await refuseHeld(deps, tenant) // one that was placed meanwhile
      const { keys, objects, providers } = await deps.keys.destroy(tenant)
      return {
        keys: [...keys],
        objects,
        providers: providers.map(({ provider, key, destroyAt, code }) => {
          return { provider, key, destroy_at: destroyAt?.toISOString() ?? null, code: code ?? null }
        }),
      }
    },
  })
}

/** Without keys nothing that a hold is on could be read: as good as deleted. */
async function refuseHeld(deps: ApiDeps, tenant: TenantId): Promise<void> {
  const holds = await deps.retention.holds.inForce(tenant)
  if (holds.length === 0) return
  const errors = holds.map((detail) => ({ pointer: '/confirm', in: 'body', detail }))
  throw new ApiError('held', { why: 'hold', errors })
}

function showKeys({ state, provider, key, keys, rewrap }: KeyOverview): z.input<typeof keysOverview> {
  const iso = (at: Date | null | undefined) => at?.toISOString() ?? null
  return {
    state,
    provider,
    key,
    keys: keys.map((row) => ({
      id: row.id,
      purpose: row.purpose,
      version: row.version,
      state: row.state,
      provider: row.provider,
      key: row.key,
      key_ref: row.key_ref,
      created_at: row.created_at.toISOString(),
      active_from: row.active_from.toISOString(),
      rotated_at: iso(row.rotated_at),
      destroyed_at: iso(row.destroyed_at),
      wrapped_sha256: row.wrapped_sha256,
      objects: row.objects,
    })),
    rewrap:
      rewrap === undefined
        ? null
        : {
            state: rewrap.state,
            started_at: rewrap.startedAt.toISOString(),
            ended_at: iso(rewrap.endedAt),
            total: rewrap.total,
            done: rewrap.done,
            broken: rewrap.broken,
            code: rewrap.code ?? null,
          },
  }
}
