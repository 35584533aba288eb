import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '#kernel'
import { statusOf, type ApiError } from './problem.ts'

/** The route's pattern, not the URL: a query may hold what somebody looked for. */
const about = (request: FastifyRequest) => ({
  requestId: request.id,
  method: request.method,
  route: request.routeOptions.url ?? 'unknown',
  tokenId: request.token?.id,
})

export function requestServed(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  log.debug('api request', {
    ...about(request),
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime),
  })
}

export function requestFailed(log: Log, request: FastifyRequest, error: ApiError): void {
  const level = statusOf(error.code) >= 500 ? 'error' : 'debug'
  log[level]('api request failed', { ...about(request), problem: error.code, cause: error.cause })
}

export function certificateReloaded(log: Log): void {
  log.info('api certificate reloaded')
}

export function certificateRefused(log: Log, error: unknown): void {
  log.warn('api certificate cannot be used; the one before stays', { error })
}
