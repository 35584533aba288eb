import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import { toApiError } from './answer-problem.ts'
import { type ApiError, problems, statusOf, type ProblemCode } from './problem.ts'

/** Refuses a request of a client of Twilio's in Twilio's terms. It is an answer, and not what handlers of `/v1` throw. */
export class TwilioError extends Error {
  override readonly name = 'TwilioError'
  /** Of Twilio's list: https://www.twilio.com/docs/api/errors. */
  readonly code: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** @param message - For the client's developer; nothing of what was sent. */
  constructor(
    code: number,
    status: number,
    message: string,
    options: ErrorOptions & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options)
    this.code = code
    this.status = status
    this.headers = options.headers ?? {}
  }
}

/** A parameter that is not as it has to be. */
export function badParameter(name: string, what: string, code = 20_001): TwilioError {
  return new TwilioError(code, 400, `${name}: ${what}`)
}

/** What does not exist, or belongs to somebody else: nobody learns which. */
export function notFound(cause?: unknown): TwilioError {
  return new TwilioError(20_404, 404, 'The requested resource was not found', { cause })
}

/** What was thrown, in Twilio's terms. */
export function toTwilioError(thrown: unknown): TwilioError {
  if (thrown instanceof TwilioError) return thrown
  const error = toApiError(thrown)
  const code = codeOf(error)
  const status = statusFor(error)
  const challenge = { 'www-authenticate': 'Basic realm="voxkeep"' }
  const headers = status === 401 || status === 403 ? challenge : error.headers
  return new TwilioError(code, status, messageOf(error), { cause: error.cause, headers })
}

export function answerTwilioError(reply: FastifyReply, requestId: string, error: TwilioError): FastifyReply {
  const { code, status, message } = error
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
  return reply
    .code(status)
    .headers({ ...error.headers, 'x-request-id': requestId, 'cache-control': 'no-store' })
    .type('application/json')
    .serializer((text: string) => text)
    .send(JSON.stringify(body))
}

/** Of a call that may not be placed, by the rule that stands against it. */
const dialCodes: Readonly<Record<string, number>> = {
  'not-a-number': 21_211,
  uri: 21_211,
  'caller-id': 21_210,
  country: 21_215,
  'high-risk': 21_215,
  region: 21_215,
  denied: 21_216,
}

/** Where Twilio has a code of its own; others are 20000 and the status. */
const codes: Partial<Record<ProblemCode, number>> = {
  unauthenticated: 20_003,
  'token-expired': 20_003,
  'token-revoked': 20_003,
  'call-ended': 21_220,
  'recording-running': 21_220,
  'recording-deleted': 20_404,
  'media-type-unsupported': 20_001,
  'request-invalid': 20_001,
  'request-malformed': 20_001,
}

function codeOf({ code, why = '' }: ApiError): number {
  const own = code === 'dial-refused' ? dialCodes[why] : codes[code]
  return own ?? 20_000 + statusOf(code)
}

function statusFor(error: ApiError): number {
  if (error.code === 'recording-deleted') return 404
  if (error.code === 'call-ended' || error.code === 'recording-running') return 400
  if (error.code === 'dial-refused' && codeOf(error) !== 20_403) return 400
  return statusOf(error.code)
}

function messageOf(error: ApiError): string {
  const [, detail] = problems[error.code]
  const about = error.code === 'unauthenticated' ? 'Authenticate' : detail
  const why = error.why === undefined ? '' : ` (${error.why})`
  return `${STATUS_CODES[statusFor(error)] ?? 'Error'}: ${about}${why}`
}
