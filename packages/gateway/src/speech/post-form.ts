import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Clock } from '#kernel'
import type { LineEnd } from './line.ts'
import type { Form } from './multipart.ts'
import { postTo } from './post-to.ts'
import type { Reach } from './reach.ts'
import { refusalOf } from './web-socket-line.ts'

export interface FormPost {
  readonly url: string
  readonly form: Form
  readonly headers: Readonly<Record<string, string>>
  /** For the whole: name, connection, handshake, answer to its last byte. */
  readonly timeoutMs: number
  /** Default: POST. */
  readonly method?: 'POST' | 'DELETE'
  /** Default: what a transcript may have. */
  readonly maxAnswerBytes?: number
}

export type Posted =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly why: LineEnd }

/** A transcript of half a minute, with all that servers add to it. */
const maxTranscriptBytes = 4 * 1_024 * 1_024

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
  if (signal.aborted) abort()
  let isOver = false
  let sent: ClientRequest | undefined
  deps.reach.find().then(
    (place) => {
      if (isOver || signal.aborted) return // it was told already that nothing came of it
      const { url, form, headers, method, maxAnswerBytes = maxTranscriptBytes } = post
      const request = {
        url,
        headers: { ...headers, accept: 'application/json', 'content-type': form.contentType },
        body: form.body,
        method,
      }
      sent = postTo(request, deps.reach, place, {
        answered: (response) => collect(response, maxAnswerBytes, ended.resolve),
        failed: fail,
      })
    },
    () => fail('blocked'),
  )
  const answer = await ended.promise
  isOver = true
  cancelTimer()
  signal.removeEventListener('abort', abort)
  sent?.destroy()
  return answer
}

function collect(response: IncomingMessage, maxAnswerBytes: number, end: (posted: Posted) => void): void {
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
