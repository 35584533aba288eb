import { z } from 'zod'
import type { TokenRow } from '#access'
import type { TokenId } from '#kernel'
import { callerOf } from './authenticate.ts'
import { ApiError } from './problem.ts'
import {
  auditAct,
  idempotencyHeaders,
  pageOfRows,
  problemResponse,
  type RouteContext,
} from './route-context.ts'
import { newToken, pageOf, pageQuery, scope, token, tokenId } from './schemas.ts'
import { showToken } from './views.ts'

const tags = ['tokens']
const maxLifeMs = 10 * 365 * 24 * 60 * 60_000

const request = z.strictObject({
  name: z.string().min(1).max(100).describe('For people: who or what uses it'),
  scopes: z.array(scope).min(1).describe('At most those of the token that asks'),
  expires_in_ms: z
    .int()
    .min(1_000)
    .max(maxLifeMs)
    .nullable()
    .default(null)
    .describe('Null: it works until it is revoked'),
})

export function tokensRoutes(context: RouteContext): void {
  listRoute(context)
  issueRoute(context)
  revokeRoute(context)
}

function listRoute({ app, deps, cursors }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/tokens',
    config: { scope: 'tokens:admin' },
    schema: {
      operationId: 'listTokens',
      summary: 'List API tokens, newest first',
      tags,
      querystring: pageQuery,
      response: { 200: pageOf(token, 'TokenPage'), default: problemResponse },
    },
    async handler(request) {
      const { rows, ...page } = await pageOfRows<TokenRow>(cursors, request, {
        scope: ['tokens'],
        query: request.query,
        rows: ({ tenant, ...part }) => deps.tokens.listTokens(tenant, part),
      })
      return { data: rows.map(showToken), ...page }
    },
  })
}

function issueRoute({ app, deps, once }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/tokens',
    config: { scope: 'tokens:admin' },
    schema: {
      operationId: 'createToken',
      summary: 'Make an API token',
      tags,
      headers: idempotencyHeaders,
      body: request,
      response: { 201: newToken, default: problemResponse },
    },
    async handler(request, reply) {
      const { name, scopes, expires_in_ms } = request.body
      const body = await once<z.output<typeof newToken>>(
        request,
        reply,
        async () => {
          const caller = callerOf(request)
          if (!scopes.every((wanted) => caller.scopes.includes(wanted))) throw new ApiError('scope-not-held')
          await auditAct(deps, request, { type: 'token.issue', fields: { name, scopes: scopes.join(' ') } })
          const expiresInMs = expires_in_ms ?? undefined
          const issued = await deps.tokens.issueToken({ name, scopes, expiresInMs, tenant: caller.tenant })
          return { ...showToken(issued.token), token: issued.text.reveal() }
        },
        (shown) => ({ ...shown, token: null }), // the token itself is stored nowhere
      )
      return reply.code(201).send(body)
    },
  })
}

function revokeRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'DELETE',
    url: '/v1/tokens/:id',
    config: { scope: 'tokens:admin' },
    schema: {
      operationId: 'revokeToken',
      summary: 'Revoke an API token, at once',
      tags,
      params: z.object({ id: tokenId }),
      response: { 204: z.null().describe('It lets nobody in any more'), default: problemResponse },
    },
    async handler(request, reply) {
      const { tenant } = callerOf(request)
      const id = request.params.id as TokenId
      if (!(await deps.tokens.getToken(tenant, id))) throw new ApiError('not-found')
      await auditAct(deps, request, { type: 'token.revoke', fields: { token: id } })
      await deps.tokens.revokeToken(tenant, id)
      return reply.code(204).send(null)
    },
  })
}
