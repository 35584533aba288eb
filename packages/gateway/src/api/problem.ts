import { STATUS_CODES } from 'node:http'

/** Every problem that the API can answer with: its number (never reused) and what it says of itself. */
export const problems = {
  'request-invalid': [40_000, 'The request does not have the form that this operation needs.'],
  'request-malformed': [40_001, 'The request could not be read.'],
  'confirmation-wrong': [40_004, 'To confirm, `confirm` has to be the tenant’s name.'],
  'cursor-invalid': [40_002, 'The cursor was not made by this list with these filters.'],
  'idempotency-key-invalid': [40_003, 'An idempotency key has 1 to 255 visible ASCII characters.'],
  unauthenticated: [40_100, 'Give an API token: "Authorization: Bearer vk_live_…".'],
  'token-expired': [40_101, 'The API token has expired.'],
  'token-revoked': [40_102, 'The API token was revoked.'],
  'scope-missing': [40_300, 'The API token does not have the scope that this operation needs.'],
  'scope-not-held': [40_301, 'A token can only grant scopes that it has itself.'],
  'vault-refused': [40_310, 'The token is not for this purpose, or the tenant’s policy stands against it.'],
  'dial-refused': [40_302, 'The call is not allowed. `why` says which rule stands against it.'],
  'not-found': [40_400, 'There is no such thing.'],
  'receipt-missing': [
    40_401,
    'The call has no receipt: it has not ended, nothing of it may be kept, or the gateway crashed during it.',
  ],
  'transcript-missing': [40_402, 'Nothing that was said on the call is kept in this form.'],
  'call-ended': [40_900, 'The call has ended.'],
  'request-in-flight': [40_901, 'A request with this idempotency key is still being worked on.'],
  'recording-running': [40_902, 'The recording is still running.'],
  'transcript-running': [40_904, 'The transcript is still being written.'],
  'recording-unusable': [40_903, 'The recording failed and holds no audio.'],
  held: [
    40_920,
    'It may not be deleted now: a legal hold, the law or its store’s lock keeps it. `why` says which; `errors` names the holds, or until when.',
  ],
  'hold-released': [40_921, 'The hold was released before.'],
  'export-unavailable': [40_922, 'The export is not done, or can no longer be made: ask for a new one.'],
  'recording-deleted': [41_000, 'The recording was deleted.'],
  'transcript-deleted': [41_001, 'The transcript was deleted.'],
  'body-too-large': [41_300, 'The body is too large.'],
  'media-type-unsupported': [41_500, 'Send JSON: "Content-Type: application/json".'],
  'range-not-satisfiable': [41_600, 'The range lies outside the file.'],
  'value-invalid': [42_210, 'The value, a purpose or a lifetime is not one that a token can have.'],
  'idempotency-key-reused': [42_200, 'This idempotency key was used for a different request.'],
  'too-many-requests': [42_900, 'Too many requests. Wait as long as Retry-After says.'],
  'vault-limited': [42_910, 'Too many values were revealed or searched for in the last hour.'],
  'watchers-limited': [
    42_902,
    'As many watch as may: at most 8 of a tenant, 32 of a node, and `why` says which. Somebody has to stop, or wait as long as Retry-After says.',
  ],
  'dial-limited': [42_901, 'A limit on outbound calls is reached. `why` says which.'],
  internal: [50_000, 'Something went wrong here. The request id finds it in the log.'],
  'recording-unreadable': [
    50_001,
    'The recording cannot be opened: its file or its key is gone, or it was changed.',
  ],
  'transcript-unreadable': [
    50_002,
    'The transcript cannot be opened: its object or its key is gone, or it was changed.',
  ],
  'audit-unavailable': [50_300, 'The audit log takes no entries now, so nothing was done.'],
  'backup-running': [40_910, 'A backup is being made. There is one at a time.'],
  'backup-no-store': [40_911, 'No store for backups is configured: set objects.place.backup.'],
  'storage-unavailable': [50_310, 'The store that holds it cannot be reached now.'],
  'keys-unavailable': [50_302, 'The tenant’s keys cannot be used now. `why` says what is in the way.'],
  'vault-unavailable': [
    50_320,
    'The token vault cannot be used now: its keys, the database or the audit log are away.',
  ],
  'verifier-unavailable': [50_340, 'The engine could not be told now, and may still know the voice.'],
  'calls-unavailable': [50_301, 'No call can be begun now. `why` says what is in the way.'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof problems

export interface ProblemError {
  /** JSON pointer into the part of the request that `in` names. */
  readonly pointer: string
  readonly in: string
  readonly detail: string
}

/** Refuses a request. Thrown by handlers, answered as a problem; `code` says which. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ProblemCode
  readonly errors: readonly ProblemError[]
  readonly headers: Readonly<Record<string, string>>
  /** A word from a closed set. */
  readonly why: string | undefined
  constructor(
    code: ProblemCode,
    options: ErrorOptions & {
      errors?: readonly ProblemError[]
      headers?: Record<string, string>
      why?: string
    } = {},
  ) {
    super(problems[code][1], options)
    this.code = code
    this.errors = options.errors ?? []
    this.headers = options.headers ?? {}
    this.why = options.why
  }
}

export function statusOf(code: ProblemCode): number {
  return Math.floor(problems[code][0] / 100)
}

/** The body of a problem answer (RFC 9457), with a numeric `code`. */
export function problemBody(error: Pick<ApiError, 'code' | 'errors' | 'why'>, requestId: string) {
  const [code, detail] = problems[error.code]
  const status = statusOf(error.code)
  return {
    type: `urn:voxkeep:problem:${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    request_id: requestId,
    ...(error.why !== undefined && { why: error.why }),
    ...(error.errors.length > 0 && { errors: error.errors }),
  }
}
