import { refusal, VoxkeepApiError } from './api-error.ts'

export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export interface TransportOptions {
  /** For example `https://gateway.example:8443`. */
  readonly baseUrl: string
  /** `vk_live_…`. */
  readonly token: string
  /** Default: the platform's `fetch`. */
  readonly fetch?: Fetch
  /** How often a request that may be repeated is tried again. Default 2. */
  readonly retries?: number
  /** Waits between tries; default: a timer. */
  readonly wait?: (delayMs: number, signal?: AbortSignal) => Promise<void>
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly idempotencyKey?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Sends one request; resolves with a 2xx response or rejects with `VoxkeepApiError`. */
export type Send = (request: ApiRequest) => Promise<Response>

const retriedStatuses = new Set([429, 502, 503, 504])
const firstDelayMs = 250
const maxDelayMs = 10_000

/**
 * A sender that tries again when the gateway is unreachable or busy, at growing intervals or as `Retry-After` says. A
 * POST carries an `Idempotency-Key`, so that trying again acts once.
 */
export function apiTransport(options: TransportOptions): Send {
  const { token, fetch: send = fetch, retries = 2, wait = timerWait } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  return async (request) => {
    const url = baseUrl + request.path + queryString(request.query ?? {})
    const init = requestInit(request, token)
    for (let attempt = 0; ; attempt++) {
      const answer = await attemptOnce(send, url, init)
      if (answer instanceof Response && answer.ok) return answer
      const again = attempt < retries && isTransient(request, answer)
      if (!again) throw answer instanceof Response ? await refusal(answer) : answer
      await wait(delayMs(attempt, answer), request.signal)
    }
  }
}

async function attemptOnce(send: Fetch, url: string, init: RequestInit): Promise<Response | VoxkeepApiError> {
  try {
    return await send(url, init)
  } catch (cause) {
    init.signal?.throwIfAborted()
    return new VoxkeepApiError('API_UNREACHABLE', 'the gateway cannot be reached', {}, { cause })
  }
}

function isTransient(request: ApiRequest, answer: Response | VoxkeepApiError): boolean {
  const repeatable = request.method !== 'PATCH'
  return repeatable && (!(answer instanceof Response) || retriedStatuses.has(answer.status))
}

function delayMs(attempt: number, answer: Response | VoxkeepApiError): number {
  const retryAfterS =
    answer instanceof Response ? Number(answer.headers.get('retry-after') ?? Number.NaN) : Number.NaN
  const wanted = Number.isFinite(retryAfterS) ? retryAfterS * 1_000 : firstDelayMs * 2 ** attempt
  return Math.min(Math.max(wanted, 0), maxDelayMs)
}

function requestInit(request: ApiRequest, token: string): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` }
  if (request.body !== undefined) headers['content-type'] = 'application/json'
  if (request.method === 'POST') headers['idempotency-key'] = request.idempotencyKey ?? crypto.randomUUID()
  return {
    method: request.method,
    headers,
    redirect: 'error', // a redirect would carry the token elsewhere
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    ...(request.signal && { signal: request.signal }),
  }
}

function queryString(query: Readonly<Record<string, string | number | undefined>>): string {
  const entries = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`
}

function timerWait(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
