import type { CreatedCall } from '#call'
import type { CallId } from '#kernel'
import { ApiError } from './problem.ts'

/** The id of a call that was begun. Throws `ApiError` with the reason why one was not. */
export function createdOf(created: CreatedCall): CallId {
  if (created.ok) return created.id
  const { why } = created
  switch (why) {
    case 'no-app':
      throw new ApiError('request-invalid', { errors: [{ pointer: '/app', in: 'body', detail: noApp }] })
    case 'concurrency':
    case 'rate':
    case 'minutes':
    case 'spend':
      throw new ApiError('dial-limited', { why })
    case 'unaudited':
      throw new ApiError('audit-unavailable')
    case 'unavailable':
    case 'draining':
    case 'over-capacity':
      throw new ApiError('calls-unavailable', { why, headers: { 'retry-after': '5' } })
    case 'region':
    case 'not-configured':
    case 'not-a-number':
    case 'caller-id':
    case 'country':
    case 'high-risk':
    case 'denied':
    case 'uri':
    case 'transfer-target':
    case 'stopped':
      throw new ApiError('dial-refused', { why })
  }
}

const noApp = 'There is no such app; without one your tenant must have exactly one.'
