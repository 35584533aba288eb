import type { Clock } from '#kernel'
import type { HttpsAnswer, HttpsClient } from './https-client.ts'
import { signStandard } from './sign-standard.ts'
import type { WebhookApp } from './webhook-app.ts'

export interface PostDeps {
  readonly client: HttpsClient
  readonly clock: Clock
}

export interface SignedPost {
  readonly app: Pick<WebhookApp, 'secrets' | 'tls'>
  readonly url: string
  /** The event's id: the same for every attempt, so that the receiver can tell a repetition. */
  readonly id: string
  /** JSON. */
  readonly body: string
  readonly timeoutMs: number
  readonly newConnection?: boolean
}

const maxAnswerBytes = 64 * 1024 // fifty commands are under 16 KiB

/** One signed POST: the time it is signed with is that of this attempt. Never rejects. */
export function postSigned(deps: PostDeps, post: SignedPost, signal?: AbortSignal): Promise<HttpsAnswer> {
  const body = new TextEncoder().encode(post.body)
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'Voxkeep',
    ...signStandard(post.app.secrets, post.id, deps.clock.now() / 1_000, body),
  }
  const { url, timeoutMs, app, newConnection = false } = post
  const limits = { timeoutMs, maxAnswerBytes, newConnection }
  return deps.client.exchange({ method: 'POST', url, headers, body, tls: app.tls, ...limits }, signal)
}
