import { z } from 'zod'
import { Secret, type CallId } from '#kernel'
import { isTokenVaultError, tokenKinds, type TokenVaultErrorCode, type TokenView } from '#tokens'
import { callerOf } from './authenticate.ts'
import { ApiError, type ProblemCode } from './problem.ts'
import { problemResponse, type RouteContext } from './route-context.ts'
import { callId } from './schemas.ts'

const tags = ['vault']
const time = z.iso.datetime({ precision: 3 })
const purpose = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)
const kind = z
  .enum(tokenKinds)
  .describe('There is none for card security codes and PINs: those are never kept')
const value = z.string().min(1).max(1_024)
const name = z.string().regex(/^(?:vt_[0-9a-f]{32}|\d{12,19})$/)
const params = z.object({ token: name })

const vaultToken = z
  .object({
    token: name,
    id: z.string().describe('What the audit log calls it'),
    kind,
    purposes: z.array(z.string()).describe('What it may be revealed for'),
    masked: z.string().describe('Empty for kinds of which nothing may be shown'),
    brand: z.string().nullable(),
    call_id: callId.nullable(),
    created_at: time,
    expires_at: time.nullable(),
  })
  .meta({ id: 'VaultToken', description: 'What may be shown of a token: nothing that brings the value back' })

const newToken = z
  .strictObject({
    kind,
    value: value.describe('The value itself. It is in no log, and in no answer but that of `reveal`'),
    shape: z
      .enum(['random', 'shaped'])
      .default('random')
      .describe(
        '`shaped`, for cards: as many digits, the last four the same, and never a number that passes for a card’s',
      ),
    purposes: z.array(purpose).min(1).max(16).describe('What it may be revealed for'),
    call_id: callId.optional(),
    ttl_s: z
      .int()
      .min(1)
      .max(315_360_000)
      .optional()
      .describe('How long it lives; default: the tenant’s policy'),
  })
  .meta({ id: 'NewVaultToken' })

/**
 * Values under tokens. None of these takes an `Idempotency-Key`: the same value gets the same token anyhow, and an answer that is kept to be
 * repeated would be another place for values to lie in.
 */
export function vaultRoutes(context: RouteContext): void {
  createRoute(context)
  readRoutes(context)
  revealRoute(context)
  deleteRoute(context)
}

function createRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/vault/tokens',
    config: { scope: 'vault:write' },
    schema: {
      operationId: 'createVaultToken',
      summary: 'Keep a value under a token',
      description: 'The same value of the same kind gets the same token, for as long as that lives.',
      tags,
      body: newToken,
      response: { 201: vaultToken, default: problemResponse },
    },
    async handler(request, reply) {
      const { tenant, id } = callerOf(request)
      const { kind: what, value: text, shape, purposes, call_id: call, ttl_s: ttlS } = request.body
      const made = await deps.vault
        .tokenise({
          tenant,
          kind: what,
          value: new Secret(text),
          shape,
          purposes,
          actor: `token:${id}`,
          ...(call !== undefined && { call: call as CallId }),
          ...(ttlS !== undefined && { ttlMs: ttlS * 1_000 }),
        })
        .catch(asProblem)
      return reply.code(201).send(show(made))
    },
  })
}

function readRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/vault/tokens/:token',
    config: { scope: 'vault:read' },
    schema: {
      operationId: 'getVaultToken',
      summary: 'Show what may be shown of a token',
      tags,
      params,
      response: { 200: vaultToken, default: problemResponse },
    },
    async handler(request) {
      const found = await deps.vault.get(callerOf(request).tenant, request.params.token).catch(asProblem)
      if (found === undefined) throw new ApiError('not-found')
      return show(found)
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/vault/tokens/find',
    config: { scope: 'vault:read' },
    schema: {
      operationId: 'findVaultToken',
      summary: 'Find the token of a value',
      description:
        'By a keyed hash. It is on the audit log, and counts as a reveal does: it says who is known.',
      tags,
      body: z.strictObject({ kind, value }),
      response: { 200: vaultToken, default: problemResponse },
    },
    async handler(request) {
      const { tenant, id } = callerOf(request)
      const { kind: what, value: text } = request.body
      const found = await deps.vault
        .find({ tenant, kind: what, value: new Secret(text), actor: `token:${id}` })
        .catch(asProblem)
      if (found === undefined) throw new ApiError('not-found')
      return show(found)
    },
  })
}

function revealRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/vault/tokens/:token/reveal',
    config: { scope: 'vault:reveal' },
    schema: {
      operationId: 'revealVaultToken',
      summary: 'Reveal the value of a token',
      description:
        'For one of its purposes only. It is on the audit log before the value leaves; a refusal is, too.',
      tags,
      params,
      body: z.strictObject({
        purpose,
        reason: z
          .string()
          .min(1)
          .max(500)
          .describe('Why, for whoever reads the audit log; never the value itself'),
      }),
      response: {
        200: z.object({ value: z.string() }).meta({ id: 'RevealedValue' }),
        default: problemResponse,
      },
    },
    async handler(request) {
      const { tenant, id } = callerOf(request)
      const { purpose: what, reason } = request.body
      const { token } = request.params
      const revealed = await deps.vault
        .reveal({ tenant, token, purpose: what, actor: `token:${id}`, reason })
        .catch(asProblem)
      return { value: revealed.reveal() }
    },
  })
}

function deleteRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'DELETE',
    url: '/v1/vault/tokens/:token',
    config: { scope: 'vault:write' },
    schema: {
      operationId: 'deleteVaultToken',
      summary: 'Delete a token, and destroy the key of its value',
      tags,
      params,
      response: { 204: z.null().describe('It is gone'), default: problemResponse },
    },
    async handler(request, reply) {
      const { tenant, id } = callerOf(request)
      const gone = await deps.vault.delete(tenant, request.params.token, `token:${id}`).catch(asProblem)
      if (!gone) throw new ApiError('not-found')
      return reply.code(204).send(null)
    },
  })
}

const problemOf: Readonly<Record<TokenVaultErrorCode, ProblemCode>> = {
  TOKEN_INVALID: 'value-invalid',
  TOKEN_REFUSED: 'vault-refused',
  TOKEN_RATE: 'vault-limited',
  TOKEN_UNKNOWN: 'not-found',
  TOKEN_HELD: 'held',
  TOKEN_UNAVAILABLE: 'vault-unavailable',
}

function asProblem(cause: unknown): never {
  if (!isTokenVaultError(cause)) throw cause
  throw new ApiError(problemOf[cause.code], { cause, ...(cause.code === 'TOKEN_HELD' && { why: 'hold' }) })
}

function show(view: TokenView): z.output<typeof vaultToken> {
  return {
    token: view.token,
    id: view.id,
    kind: view.kind,
    purposes: [...view.purposes],
    masked: view.masked,
    brand: view.brand,
    call_id: view.call,
    created_at: view.createdAt.toISOString(),
    expires_at: view.expiresAt?.toISOString() ?? null,
  }
}
