import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '#kernel'
import type { Approved, EgressGuard } from './egress-guard.ts'
import { WebhookError } from './errors.ts'
import type { ClientTls } from './webhook-app.ts'

export interface HttpsRequest {
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly tls: ClientTls
  /** For the whole: name, connection, handshake, answer to its last byte. */
  readonly timeoutMs: number
  readonly maxAnswerBytes: number
  /** Uses no kept connection: where one was stale, the others may be too. */
  readonly newConnection?: boolean
}

/** Why there is no answer. Only `connect` says for certain that the server has not read the request. */
export type HttpsFailure =
  | 'blocked' // the guard refused the URL or every address of its host
  | 'connect' // no name, no TCP connection, or it was gone before the request went out
  | 'tls' // the handshake failed or the certificate does not verify
  | 'timeout'
  | 'body' // no answer, or one that is cut off or not HTTP
  | 'too-long'
  | 'aborted' // by the caller's signal

export type HttpsAnswer =
  | {
      readonly ok: true
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly body: Uint8Array
    }
  | { readonly ok: false; readonly why: HttpsFailure; readonly code?: string }

/** HTTPS to addresses that apps name. Never rejects: whatever a server does comes back as data. Follows no redirect. */
export interface HttpsClient extends Disposable {
  exchange(request: HttpsRequest, signal?: AbortSignal): Promise<HttpsAnswer>
}

/** Given as the reason, for an abort without one makes an exception, stack and all. */
const answered = 'answered'

const maxSocketsPerApp = 256 // more at once wait for a free one, inside their own time-out
const idleMs = 30_000

/**
 * Keeps connections open between requests. They are pooled by approved address, name and TLS material, so a kept one can only
 * be one that the guard would open now.
 */
export function httpsClient(deps: { guard: EgressGuard; clock: Clock }): HttpsClient {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: maxSocketsPerApp,
    timeout: idleMs,
    scheduling: 'lifo',
  })
  return {
    exchange: (request, signal) => exchange(deps, agent, request, signal),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

async function exchange(
  deps: { guard: EgressGuard; clock: Clock },
  agent: Agent,
  request: HttpsRequest,
  signal?: AbortSignal,
): Promise<HttpsAnswer> {
  const ended = Promise.withResolvers<HttpsAnswer>()
  const over = new AbortController()
  const end = (answer: HttpsAnswer) => {
    ended.resolve(answer)
    over.abort(answered)
  }
  const abort = () => end({ ok: false, why: 'aborted' })
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true, signal: over.signal })
  const cancelTimer = deps.clock.set(request.timeoutMs, () => end({ ok: false, why: 'timeout' }))
  approve(deps.guard, request.url).then(
    (approved) => {
      if (over.signal.aborted) return
      if ('ok' in approved) end(approved)
      else dial(agent, request, approved, over.signal, end)
    },
    end.bind(undefined, { ok: false, why: 'connect' }),
  )
  const answer = await ended.promise
  cancelTimer()
  return answer
}

async function approve(guard: EgressGuard, url: string): Promise<Approved | HttpsAnswer> {
  try {
    return await guard.resolve(url)
  } catch (error) {
    if (!(error instanceof WebhookError)) return { ok: false, why: 'connect' }
    return { ok: false, why: error.code === 'EGRESS_NAME_UNKNOWN' ? 'connect' : 'blocked', code: error.code }
  }
}

/** Sends the request on a connection to the approved address. `signal` ends both. */
function dial(
  agent: Agent,
  request: HttpsRequest,
  approved: Approved,
  signal: AbortSignal,
  end: (answer: HttpsAnswer) => void,
): void {
  const sent = open(agent, request, approved)
  if (!sent) return end({ ok: false, why: 'tls' })
  const progress = watchHandshake(sent)
  signal.addEventListener('abort', () => sent.destroy(), { once: true })
  sent.on('error', (error: NodeJS.ErrnoException) => {
    const code = error.code === undefined ? {} : { code: error.code }
    end({ ok: false, why: failureOf(error, progress), ...code })
  })
  sent.on('response', (response) => collect(response, request.maxAnswerBytes, end))
  sent.end(request.body)
}

/** Undefined when the app's own certificate or key is none. */
function open(agent: Agent, request: HttpsRequest, approved: Approved): ClientRequest | undefined {
  try {
    return httpsRequest(requestOptions(agent, request, approved))
  } catch {
    return undefined
  }
}

function requestOptions(agent: Agent, request: HttpsRequest, approved: Approved): RequestOptions {
  const url = new URL(request.url)
  const isLiteral = /^\[|^[\d.]+$/.test(url.hostname)
  const { ca, cert, key } = request.tls
  const length = request.body && { 'content-length': request.body.byteLength }
  return {
    agent: request.newConnection === true ? false : agent,
    method: request.method,
    host: approved.address,
    family: approved.family,
    port: approved.port ?? (url.port === '' ? 443 : Number(url.port)),
    path: url.pathname + url.search,
    servername: isLiteral ? '' : url.hostname.replace(/\.$/, ''), // also the name that the certificate must carry
    headers: { ...request.headers, ...length, host: url.host, 'accept-encoding': 'identity' },
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true, // not left to NODE_TLS_REJECT_UNAUTHORIZED
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key: key.reveal() }),
  }
}

interface Progress {
  phase: 'connect' | 'tls' | 'sent'
  isReused: boolean
}

function watchHandshake(sent: ClientRequest): Progress {
  const progress: Progress = { phase: 'connect', isReused: false }
  sent.once('socket', (socket) => {
    progress.isReused = sent.reusedSocket
    if (sent.reusedSocket) {
      progress.phase = 'sent'
      return // a connection that is kept long must not gather listeners
    }
    socket.once('connect', () => (progress.phase = 'tls'))
    ;(socket as TLSSocket).once('secureConnect', () => (progress.phase = 'sent'))
  })
  return progress
}

const gone = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

function failureOf(error: NodeJS.ErrnoException, progress: Progress): HttpsFailure {
  const isGone = gone.has(error.code ?? '')
  if (progress.phase === 'connect' || (progress.phase === 'tls' && isGone)) return 'connect'
  if (progress.phase === 'tls') return 'tls'
  // A kept connection that the server closed while it was idle: the request never reached anybody.
  return progress.isReused && isGone ? 'connect' : 'body'
}

function collect(response: IncomingMessage, maxBytes: number, end: (answer: HttpsAnswer) => void): void {
  const chunks: Uint8Array[] = []
  let bytes = 0
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength
    if (bytes > maxBytes) response.destroy()
    else chunks.push(chunk)
  })
  response.on('close', () => {
    if (bytes > maxBytes) return end({ ok: false, why: 'too-long' })
    if (!response.complete) return end({ ok: false, why: 'body' })
    const body = Buffer.concat(chunks)
    end({ ok: true, status: response.statusCode ?? 0, headers: response.headers, body })
  })
  response.on('error', () => {}) // 'close' follows and tells
}
