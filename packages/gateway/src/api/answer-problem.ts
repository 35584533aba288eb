import type { FastifyReply } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { areKeysAway } from './keys-away.ts'
import { ApiError, problemBody, statusOf, type ProblemCode } from './problem.ts'

/** Sends a problem. It goes out as text, so that no response schema can object to it. */
export function answerProblem(reply: FastifyReply, requestId: string, error: ApiError): FastifyReply {
  return reply
    .code(statusOf(error.code))
    .headers({ ...error.headers, 'x-request-id': requestId, 'cache-control': 'no-store' })
    .type('application/problem+json')
    .serializer((text: string) => text)
    .send(JSON.stringify(problemBody(error, requestId)))
}

/** What was thrown, as the problem that it is for the caller; what nobody foresaw is `internal` and keeps its cause. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const place = (error as { validationContext?: string }).validationContext ?? 'body'
    const errors = error.validation.map(({ instancePath, message }) => ({
      pointer: instancePath === '/' ? '' : instancePath,
      in: place,
      detail: message ?? '',
    }))
    return new ApiError('request-invalid', { errors, cause: error })
  }
  if (areKeysAway(error)) return new ApiError('keys-unavailable', { cause: error, why: error.code })
  return new ApiError(codeOf(error), { cause: error })
}

function codeOf(error: unknown): ProblemCode {
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode === 413) return 'body-too-large'
  if (statusCode === 415) return 'media-type-unsupported'
  if (statusCode === 404) return 'not-found'
  return statusCode >= 400 && statusCode < 500 ? 'request-malformed' : 'internal'
}
