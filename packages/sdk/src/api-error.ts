/** The gateway refused a request, with what its RFC 9457 problem document says; or it could not be reached. */
export class VoxkeepApiError extends Error {
  override readonly name = 'VoxkeepApiError'
  readonly code: 'API_REFUSED' | 'API_UNREACHABLE' | 'API_MALFORMED'
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** The gateway's own number for the problem. */
  readonly problem: number | undefined
  readonly detail: string | undefined
  /** Which rule stands against it, in one word: `country`, `rate`… for a call that is not allowed. */
  readonly why: string | undefined
  /** Quote it when you ask for help: the gateway's log has it. */
  readonly requestId: string | undefined

  constructor(
    code: VoxkeepApiError['code'],
    message: string,
    fields: { status?: number; problem?: number; detail?: string; why?: string; requestId?: string } = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.status = fields.status
    this.problem = fields.problem
    this.detail = fields.detail
    this.why = fields.why
    this.requestId = fields.requestId
  }
}

/** Reads a refusal; survives a body that is no problem document. */
export async function refusal(response: Response): Promise<VoxkeepApiError> {
  const body = asRecord(await response.json().catch(() => undefined))
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : undefined)
  const detail = text('detail') ?? text('title')
  const why = text('why')
  const requestId = text('request_id') ?? response.headers.get('x-request-id') ?? undefined
  return new VoxkeepApiError('API_REFUSED', 'the gateway refused the request', {
    status: response.status,
    ...(typeof body['code'] === 'number' && { problem: body['code'] }),
    ...(detail !== undefined && { detail }),
    ...(why !== undefined && { why }),
    ...(requestId !== undefined && { requestId }),
  })
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
