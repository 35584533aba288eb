import { request as httpRequest, type IncomingMessage } from 'node:http'
import { maxOcspBytes, type FetchOcsp } from '#edge/sip'
import type { Clock } from '#kernel'
import type { EgressGuard, HttpsClient } from '#webhook'

const timeoutMs = 10_000
const headers = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' }

/**
 * Asks OCSP responders, most of which are reached by plain HTTP: what they say is signed, and what they are asked is public. Only at
 * addresses that the egress guard approves; follows no redirect. Rejects when there is no answer with status 200.
 */
export function fetchOcsp(deps: {
  readonly clock: Clock
  readonly guard: EgressGuard
  readonly client: HttpsClient
}): FetchOcsp {
  return async (url, request, signal) => {
    if (new URL(url).protocol === 'http:') return await postPlain(deps, url, request, signal)
    const post = { method: 'POST', url, headers, body: request, tls: {}, timeoutMs } as const
    const answer = await deps.client.exchange({ ...post, maxAnswerBytes: maxOcspBytes }, signal)
    if (!answer.ok) throw new TypeError(`no OCSP response: ${answer.why}`)
    if (answer.status !== 200) throw new TypeError(`no OCSP response: status ${answer.status}`)
    return answer.body
  }
}

async function postPlain(
  { clock, guard }: { readonly clock: Clock; readonly guard: EgressGuard },
  url: string,
  request: Uint8Array,
  closing: AbortSignal,
): Promise<Uint8Array> {
  const over = new AbortController()
  const cancel = clock.set(timeoutMs, () => over.abort())
  try {
    const signal = AbortSignal.any([over.signal, closing])
    // The guard knows hosts and addresses, and only secure schemes: to it this is a host.
    const approved = await guard.resolve(url.replace(/^http:/, 'https:'))
    signal.throwIfAborted()
    return await post(new URL(url), approved, request, signal)
  } finally {
    cancel()
  }
}

function post(
  url: URL,
  { address, family }: { readonly address: string; readonly family: 4 | 6 },
  request: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      agent: false,
      method: 'POST',
      host: address,
      family,
      port: url.port === '' ? 80 : Number(url.port),
      path: url.pathname + url.search,
      headers: { ...headers, 'content-length': request.byteLength, host: url.host },
      signal,
    })
    sent.on('error', reject)
    sent.on('response', (response) => collect(response).then(resolve, reject))
    sent.end(request)
  })
}

async function collect(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > maxOcspBytes) throw new TypeError('no OCSP response: too long')
    chunks.push(chunk)
  }
  if (response.statusCode !== 200) throw new TypeError(`no OCSP response: status ${response.statusCode}`)
  return Buffer.concat(chunks)
}
