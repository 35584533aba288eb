import type { Clock } from '#kernel'
import {
  loggedUrl,
  signRequest,
  type Delivery,
  type HttpsAnswer,
  type HttpsClient,
  type ReadyRequest,
  type WebhookApp,
} from '#webhook'
import type { EventId } from '#kernel'

export interface ExchangeDeps {
  readonly clock: Clock
  readonly client: HttpsClient
  readonly onDelivery: (delivery: Delivery) => void
  readonly checkRegion: (url: string) => void
}

export type DialectFailure =
  | Extract<HttpsAnswer, { ok: false }>['why']
  | 'status' // not 2xx
  | 'redirect' // to nowhere, or by a status that is not followed
  | 'redirects' // too many in a row
  | 'region'

export type Exchanged =
  | { readonly ok: true; readonly body: Uint8Array; readonly contentType: string; readonly url: string }
  | { readonly ok: false; readonly why: DialectFailure; readonly status?: number; readonly url: string }

const maxRedirects = 10
const maxAnswerBytes = 64 * 1024

/**
 * Asks once, in `timeoutMs` in all: a request that never reached anybody is repeated at once, a redirect is followed where `follows` says so, signed
 * anew for where it leads. As in browsers a redirected POST becomes a GET without its body, save with 307 and 308. Never rejects.
 */
export async function exchangeDialect(
  deps: ExchangeDeps,
  app: WebhookApp,
  asked: {
    readonly id: EventId
    readonly request: ReadyRequest
    readonly timeoutMs: number
    readonly follows: boolean
  },
  signal: AbortSignal,
): Promise<Exchanged> {
  const { clock } = deps
  const untilMs = clock.monotonicMs() + asked.timeoutMs
  let { request } = asked
  let again = false
  for (let attempt = 1, redirects = 0; ; attempt += 1) {
    const { url } = request
    if (!isAllowed(deps, url)) return { ok: false, why: 'region', url }
    const leftMs = untilMs - clock.monotonicMs()
    if (leftMs <= 0) return { ok: false, why: 'timeout', url }
    const answer = await once(deps, app, { ...asked, request, timeoutMs: leftMs, attempt, again }, signal)
    if (!answer.ok) {
      if (answer.why !== 'connect' || again) return { ok: false, why: answer.why, url }
      again = true
      continue
    }
    const { status, headers, body } = answer
    if (status >= 200 && status <= 299)
      return { ok: true, body, contentType: headers['content-type'] ?? '', url }
    if (!asked.follows || status < 300 || status > 399) return { ok: false, why: 'status', status, url }
    const next = redirected(request, status, headers.location)
    if (next === undefined) return { ok: false, why: 'redirect', status, url }
    if ((redirects += 1) > maxRedirects) return { ok: false, why: 'redirects', status, url }
    request = next
    again = false
  }
}

async function once(
  deps: ExchangeDeps,
  app: WebhookApp,
  o: {
    readonly id: EventId
    readonly request: ReadyRequest
    readonly timeoutMs: number
    readonly attempt: number
    readonly again: boolean
  },
  signal: AbortSignal,
): Promise<HttpsAnswer> {
  const { clock, client } = deps
  const { id, request, timeoutMs, attempt } = o
  const [atMs, startMs] = [clock.now(), clock.monotonicMs()]
  const signed = signRequest(app, request, id, atMs)
  const { method } = request
  const limits = { timeoutMs, maxAnswerBytes, newConnection: o.again, tls: app.tls }
  const body = method === 'POST' ? { body: new TextEncoder().encode(request.body) } : {}
  const answer = await client.exchange({ method, ...signed, ...body, ...limits }, signal)
  const status = answer.ok ? answer.status : undefined
  const isGood = status !== undefined && status >= 200 && status <= 299
  deps.onDelivery({
    event: id,
    attempt,
    url: loggedUrl(request.url),
    atMs,
    durationMs: clock.monotonicMs() - startMs,
    status,
    error: isGood ? undefined : answer.ok ? 'status' : answer.why,
  })
  return answer
}

function redirected(
  from: ReadyRequest,
  status: number,
  location: string | undefined,
): ReadyRequest | undefined {
  if (location === undefined || !URL.canParse(location, from.url)) return undefined
  const url = new URL(location, from.url)
  if (url.protocol !== 'https:') return undefined
  if (status === 307 || status === 308) return { ...from, url: url.href }
  if (status !== 301 && status !== 302 && status !== 303) return undefined
  const { 'content-type': _, ...headers } = from.headers
  return { method: 'GET', url: url.href, headers, body: '' }
}

function isAllowed({ checkRegion }: ExchangeDeps, url: string): boolean {
  if (!URL.canParse(url)) return true // the guard's to refuse
  try {
    checkRegion(url)
    return true
  } catch {
    return false
  }
}
