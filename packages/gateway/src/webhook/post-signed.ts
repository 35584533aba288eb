import type { Clock } from '#kernel'
import type { HttpsAnswer, HttpsClient } from './https-client.ts'
import { signRequest } from './sign-request.ts'
import type { WebhookApp } from './webhook-app.ts'

export interface PostDeps {
  readonly client: HttpsClient
  readonly clock: Clock
}

export interface SignedPost {
  readonly app: Pick<WebhookApp, 'secrets' | 'tls' | 'twilioTokens' | 'platform'>
  readonly url: string
  /** The event's id: the same for every attempt, so that the receiver can tell a repetition. */
  readonly id: string
  /** JSON; not sent with `GET`. */
  readonly body: string
  readonly method?: 'GET' | 'POST'
  readonly timeoutMs: number
  readonly newConnection?: boolean
}

const maxAnswerBytes = 64 * 1024 // fifty commands are under 16 KiB

/** One signed request: the time it is signed with is that of this attempt. Never rejects. */
export function postSigned(deps: PostDeps, post: SignedPost, signal?: AbortSignal): Promise<HttpsAnswer> {
  const { method = 'POST', timeoutMs, app, newConnection = false } = post
  const text = method === 'POST' ? post.body : ''
  const { url, headers } = signRequest(
    app,
    {
      method,
      url: post.url,
      headers: {
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        accept: 'application/json',
        'user-agent': 'Voxkeep',
      },
      body: text,
    },
    post.id,
    deps.clock.now(),
  )
  const limits = { timeoutMs, maxAnswerBytes, newConnection }
  const request = { method, url, headers, tls: app.tls, ...limits }
  const body = new TextEncoder().encode(text)
  return deps.client.exchange(method === 'POST' ? { ...request, body } : request, signal)
}
