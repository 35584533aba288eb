import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '#kernel'
import type { LineEnd } from './line.ts'
import type { Form } from './multipart.ts'
import { isTrustFailure, type Place, type Reach } from './reach.ts'
import { refusalOf } from './web-socket-line.ts'

export interface FormPost {
  readonly url: string
  readonly form: Form
  readonly headers: Readonly<Record<string, string>>
  /** For the whole: name, connection, handshake, answer to its last byte. */
  readonly timeoutMs: number
}

export type Posted =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly why: LineEnd }

/** A transcript of half a minute, with all that servers add to it. */
const maxAnswerBytes = 4 * 1_024 * 1_024

/** Posts a form to an approved address. Never rejects; follows no redirect. */
export async function postForm(
  post: FormPost,
  deps: { readonly clock: Clock; readonly reach: Reach },
  signal: AbortSignal,
): Promise<Posted> {
  const ended = Promise.withResolvers<Posted>()
  const fail = (why: LineEnd) => ended.resolve({ ok: false, why })
  const cancelTimer = deps.clock.set(post.timeoutMs, () => fail('stalled'))
  const abort = () => fail('failed')
  signal.addEventListener('abort', abort, { once: true })
  let sent: ClientRequest | undefined
  deps.reach.find().then(
    (place) => {
      if (signal.aborted) return
      sent = send(post, deps.reach, place, ended.resolve)
    },
    () => fail('blocked'),
  )
  const answer = await ended.promise
  cancelTimer()
  signal.removeEventListener('abort', abort)
  sent?.destroy()
  return answer
}

function send(
  { url, form, headers }: FormPost,
  reach: Reach,
  place: Place,
  end: (posted: Posted) => void,
): ClientRequest | undefined {
  const { pathname, search, host } = new URL(url)
  const options: RequestOptions = {
    method: 'POST',
    path: pathname + search,
    headers: {
      ...headers,
      host,
      accept: 'application/json',
      'content-type': form.contentType,
      'content-length': form.body.byteLength,
    },
  }
  try {
    const { address, port, family } = place
    const secure = place.isSecure ? reach.tls(place) : undefined
    // Without an agent, or Node would make the connection in its own way: to the name, and with its own trust.
    const sent =
      secure === undefined
        ? httpRequest({ ...options, createConnection: () => connectPlain({ host: address, port, family }) })
        : httpsRequest({ ...options, createConnection: () => connectTls(secure) })
    sent.on('error', (error: NodeJS.ErrnoException) =>
      end({ ok: false, why: isTrustFailure(error) ? 'untrusted' : 'unreachable' }),
    )
    sent.on('response', (response) => collect(response, end))
    sent.end(form.body)
    return sent
  } catch {
    end({ ok: false, why: 'untrusted' }) // authorities that cannot be read: nobody is trusted
    return undefined
  }
}

function collect(response: IncomingMessage, end: (posted: Posted) => void): void {
  const { statusCode = 0 } = response
  if (statusCode !== 200) {
    response.resume()
    return end({ ok: false, why: refusalOf(statusCode) })
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes) end({ ok: false, why: 'protocol' })
    else chunks.push(chunk)
  })
  response.on('error', () => {}) // 'close' follows and tells
  response.on('close', () =>
    end(
      response.complete
        ? { ok: true, body: Buffer.concat(chunks).toString('utf8') }
        : { ok: false, why: 'failed' },
    ),
  )
}
