import type { FastifyRequest } from 'fastify'
import type { Scope, TokenRow, Tokens } from '#access'
import { sourceKey, tokenBuckets, type Rate, type TokenBuckets } from '#shield'
import type { ApiDeps } from './deps.ts'
import { ApiError } from './problem.ts'
import { isOfUser, parseBasic, twilioPrefix } from './twilio-account.ts'

const maxSources = 10_000
const burstSeconds = 10
const requestsPerSource = 4 // in units of one token's rate: several tokens may work from one address

/**
 * Lets a request in, or refuses it before anything of its body is read: first by the rate of its address (so that a
 * stranger cannot make us look up tokens without end), then by its token, the route's scope, and the token's rate.
 */
export function authentication(
  deps: Pick<ApiDeps, 'clock' | 'config' | 'tokens'>,
): (request: FastifyRequest) => Promise<void> {
  const perSecond = deps.config.rateLimitPerMinute / 60
  const buckets = (rate: number): TokenBuckets => {
    const perSource: Rate = { perSecond: rate, burst: Math.max(1, Math.round(rate * burstSeconds)) }
    const global = { perSecond: rate * 50, burst: perSource.burst * 50 }
    return tokenBuckets({ perSource, global, clock: deps.clock, maxSources })
  }
  const [sources, holders] = [buckets(perSecond * requestsPerSource), buckets(perSecond)]
  return async (request) => {
    take(sources, sourceKey(request.ip), perSecond)
    const { scope } = request.routeOptions.config
    if (scope === 'open') return
    const { authorization } = request.headers
    const isTwilio = request.url.startsWith(twilioPrefix)
    const token = await (isTwilio ? identifyUser : identify)(deps.tokens, authorization)
    take(holders, token.id, perSecond)
    request.token = token
    if (request.is404) throw new ApiError('not-found')
    needScope(token, scope)
  }
}

/** Throws `ApiError` (`scope-missing`). Without a scope nobody may. */
export function needScope(token: TokenRow, scope: Scope | undefined): void {
  if (scope !== undefined && token.scopes.includes(scope)) return
  const challenge = `Bearer realm="voxkeep", error="insufficient_scope", scope="${scope ?? ''}"`
  throw new ApiError('scope-missing', { headers: { 'www-authenticate': challenge } })
}

/** The token of a request that authentication let in. */
export function callerOf(request: Pick<FastifyRequest, 'token'>): TokenRow {
  if (!request.token) throw new ApiError('unauthenticated')
  return request.token
}

async function identify(tokens: Tokens, authorization: string | undefined): Promise<TokenRow> {
  const text = /^Bearer +([\w.~+/-]{1,256}=*) *$/i.exec(authorization ?? '')?.[1]
  return verify(tokens, text)
}

/** A client that signs in with an account's or a key's sid, and has a token for a password. The name alone opens nothing. */
async function identifyUser(tokens: Tokens, authorization: string | undefined): Promise<TokenRow> {
  const given = parseBasic(authorization)
  const token = await verify(tokens, given?.password)
  if (given === undefined || !isOfUser(token, given.user)) throw refused('unauthenticated')
  return token
}

async function verify(tokens: Tokens, text: string | undefined): Promise<TokenRow> {
  const verified = await tokens.verifyToken(text ?? '')
  if (verified.ok) return verified.token
  switch (verified.reason) {
    case 'expired':
      throw refused('token-expired')
    case 'revoked':
      throw refused('token-revoked')
    case 'malformed':
    case 'unknown':
      throw refused('unauthenticated', text !== undefined)
  }
}

function refused(code: 'unauthenticated' | 'token-expired' | 'token-revoked', hadToken = true): ApiError {
  const challenge = `Bearer realm="voxkeep"${hadToken ? ', error="invalid_token"' : ''}`
  return new ApiError(code, { headers: { 'www-authenticate': challenge } })
}

function take(buckets: TokenBuckets, source: string, perSecond: number): void {
  if (buckets.take(source) === 'ok') return
  throw new ApiError('too-many-requests', { headers: { 'retry-after': String(Math.ceil(1 / perSecond)) } })
}
