import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Clock } from '#kernel'

/** What the connection trusts and shows; PEM. Asked for each request, so that renewed files count at once. */
export interface ServiceTls {
  /** The only authorities trusted, instead of the system's. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the service's URL, with its leading slash. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  /** For the whole: name, connection, handshake, answer to its last byte. */
  readonly timeoutMs: number
}

/** `body` is undefined when it is empty or no JSON. */
export type JsonAnswer =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  /** `sent` says whether the server may have acted on the request. */
  | {
      readonly ok: false
      readonly why: 'failed' | 'timeout' | 'too-long' | 'aborted'
      readonly sent: boolean
    }

/** JSON over HTTPS to a service that the configuration names. Never rejects; follows no redirect. */
export interface HttpsJson extends Disposable {
  exchange(request: JsonRequest, signal?: AbortSignal): Promise<JsonAnswer>
}

const maxAnswerBytes = 1024 * 1024 // answers hold a key or a secret, not a file
const maxSockets = 8
const idleMs = 30_000

export function httpsJson(deps: {
  readonly url: string
  readonly clock: Clock
  readonly tls: () => ServiceTls
}): HttpsJson {
  const agent = new Agent({ keepAlive: true, maxSockets, timeout: idleMs, scheduling: 'lifo' })
  return {
    exchange: (request, signal) => exchange(deps, agent, request, signal),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

type Deps = Parameters<typeof httpsJson>[0]

async function exchange(
  deps: Deps,
  agent: Agent,
  request: JsonRequest,
  signal?: AbortSignal,
): Promise<JsonAnswer> {
  const ended = Promise.withResolvers<JsonAnswer>()
  const state = { sent: false }
  const fail = (why: 'failed' | 'timeout' | 'too-long' | 'aborted') =>
    ended.resolve({ ok: false, why, sent: state.sent })
  const abort = () => fail('aborted')
  if (signal?.aborted) return { ok: false, why: 'aborted', sent: false }
  signal?.addEventListener('abort', abort, { once: true })
  const cancelTimer = deps.clock.set(request.timeoutMs, () => fail('timeout'))
  const sent = send(deps, agent, request)
  sent?.on('error', () => fail('failed'))
  sent?.on('finish', () => (state.sent = true))
  sent?.on('response', (response) => collect(response, ended.resolve, fail))
  if (sent === undefined) fail('failed')
  const answer = await ended.promise
  cancelTimer()
  signal?.removeEventListener('abort', abort)
  if (!answer.ok) sent?.destroy()
  return answer
}

/** Undefined when what the connection should show or trust cannot be used. */
function send(deps: Deps, agent: Agent, request: JsonRequest): ClientRequest | undefined {
  const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body))
  try {
    const sent = httpsRequest(optionsOf(deps, agent, request, body?.byteLength))
    sent.end(body)
    return sent
  } catch {
    return undefined
  }
}

function optionsOf(
  { url, tls }: Deps,
  agent: Agent,
  request: JsonRequest,
  bodyBytes: number | undefined,
): RequestOptions {
  const base = new URL(url)
  return {
    agent,
    method: request.method,
    host: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port === '' ? 443 : Number(base.port),
    path: base.pathname.replace(/\/$/, '') + request.path,
    headers: {
      ...request.headers,
      accept: 'application/json',
      ...(bodyBytes !== undefined && { 'content-type': 'application/json', 'content-length': bodyBytes }),
    },
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true, // not left to NODE_TLS_REJECT_UNAUTHORIZED
    ...tls(),
  }
}

function collect(
  response: IncomingMessage,
  resolve: (answer: JsonAnswer) => void,
  fail: (why: 'failed' | 'too-long') => void,
): void {
  const chunks: Uint8Array[] = []
  let bytes = 0
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes) {
      fail('too-long')
      response.destroy()
    } else chunks.push(chunk)
  })
  response.on('error', () => {}) // 'close' follows and tells
  response.on('close', () => {
    if (!response.complete) return fail('failed')
    const all = Buffer.concat(chunks)
    resolve({ ok: true, status: response.statusCode ?? 0, body: parse(all) })
    for (const chunk of [...chunks, all]) chunk.fill(0) // it may have held a plain key
  })
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
