import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Clock } from '#kernel'
import { SpeechError } from './error.ts'
import type { LineEnd } from './line.ts'
import { postTo } from './post-to.ts'
import type { Reach } from './reach.ts'
import { refusalOf } from './web-socket-line.ts'

export interface StreamPost {
  readonly url: string
  /** JSON. */
  readonly body: string
  /** Asked for each request: credentials change while we run. Throws when there are none. */
  readonly headers: () => Readonly<Record<string, string>>
  /** The longest that nothing may come: until the answer's first byte, and between two. */
  readonly timeoutMs: number
}

export interface StreamDeps {
  readonly clock: Clock
  readonly reach: Reach
}

/**
 * Posts JSON to an approved address and yields the answer's body as it comes, in fresh memory. What is not taken is not read, so that a body can
 * only be as long as whoever takes it lets it be. Follows no redirect. Throws `SpeechError` (`VOICE_…`).
 */
export async function* postForStream(
  post: StreamPost,
  deps: StreamDeps,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const { url } = post
  const headers = { ...headersOf(post), 'content-type': 'application/json' }
  const place = await deps.reach.find().catch(() => {
    throw voiceError('blocked')
  })
  if (signal.aborted) throw voiceError('failed')
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const fail = (why: LineEnd) => failed.reject(voiceError(why))
  let cancel = () => {}
  const patience = () => {
    cancel()
    cancel = deps.clock.set(post.timeoutMs, () => fail('stalled'))
  }
  const abort = () => fail('failed')
  signal.addEventListener('abort', abort, { once: true })
  let sent: ClientRequest | undefined
  try {
    patience()
    const answered = Promise.withResolvers<IncomingMessage>()
    const request = { url, headers, body: Buffer.from(post.body) }
    sent = postTo(request, deps.reach, place, { answered: answered.resolve, failed: fail })
    const response = await Promise.race([answered.promise, failed.promise])
    const { statusCode = 0 } = response
    response.on('error', () => fail('failed'))
    if (statusCode !== 200) throw voiceError(refusalOf(statusCode))
    const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
    for (;;) {
      patience()
      const next = await Promise.race([chunks.next(), failed.promise])
      cancel() // how long what came is used for is not the voice's doing
      if (next.done === true) break
      yield next.value
    }
    if (!response.complete) throw voiceError('failed')
  } finally {
    cancel()
    signal.removeEventListener('abort', abort)
    sent?.destroy()
  }
}

function headersOf({ headers }: StreamPost): Readonly<Record<string, string>> {
  try {
    return headers()
  } catch {
    throw voiceError('unauthorised')
  }
}

/** One that says why, and nothing that the other side said. */
export function voiceError(why: LineEnd): SpeechError {
  return new SpeechError(
    `VOICE_${why.toUpperCase() as Uppercase<LineEnd>}`,
    'the voice could not say the text',
  )
}
