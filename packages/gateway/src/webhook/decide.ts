import { loggedUrl, payloadOf, type Delivery, type EventTarget, type WebhookEvent } from './event.ts'
import type { HttpsAnswer, HttpsFailure } from './https-client.ts'
import { postSigned, type PostDeps } from './post-signed.ts'
import type { WebhookApp } from './webhook-app.ts'

export type Decided =
  | { readonly ok: true; readonly answer: unknown; readonly url: string; readonly attempt: number }
  | {
      readonly ok: false
      /** `status`: not 2xx, a redirect included. `not-json`: nor UTF-8, or compressed. */
      readonly why: HttpsFailure | 'status' | 'not-json'
      readonly status?: number
      readonly url: string
      readonly attempt: number
    }

export interface Question {
  readonly app: WebhookApp
  readonly event: WebhookEvent
  /** Called for each attempt, as soon as it is over. */
  readonly onDelivery?: (delivery: Delivery) => void
}

/**
 * Asks an app what to do, now: `url` or where the event goes instead, once more at once if no connection came about (nothing else is
 * safe to repeat while a caller waits), then `fallbackUrl` in the same way. Each URL has `app.timeoutMs` in all. The answer is JSON that nobody has
 * checked yet. What it returns for a failure is the last attempt's; it rejects only for an event that cannot be sent at all.
 */
export async function decide(deps: PostDeps, question: Question, signal?: AbortSignal): Promise<Decided> {
  const { app, event } = question
  const body = payloadOf(event, deps.clock.now())
  const asked = { deps, question, body, signal, attempt: 0 }
  const decided = await askUrl(asked, event.to ?? { url: app.url, method: 'POST' })
  const isOver = decided.ok || decided.why === 'aborted' || app.fallbackUrl === undefined
  return isOver ? decided : askUrl(asked, { url: app.fallbackUrl, method: 'POST' })
}

interface Asked {
  readonly deps: PostDeps
  readonly question: Question
  readonly body: string
  readonly signal: AbortSignal | undefined
  attempt: number
}

async function askUrl(asked: Asked, to: EventTarget): Promise<Decided> {
  const { clock } = asked.deps
  const startMs = clock.monotonicMs()
  const { timeoutMs } = asked.question.app
  const first = await attempt(asked, to, timeoutMs)
  const leftMs = timeoutMs - (clock.monotonicMs() - startMs)
  return first.ok || first.why !== 'connect' || leftMs <= 0 ? first : attempt(asked, to, leftMs, 'again')
}

async function attempt(
  asked: Asked,
  { url, method }: EventTarget,
  timeoutMs: number,
  again?: 'again',
): Promise<Decided> {
  const { deps, question, body } = asked
  const { id } = question.event
  asked.attempt += 1
  const [atMs, startMs] = [deps.clock.now(), deps.clock.monotonicMs()]
  const newConnection = again !== undefined
  const post = { app: question.app, url, method, id, body, timeoutMs, newConnection }
  const answer = await postSigned(deps, post, asked.signal)
  const decided = { ...judge(answer), url, attempt: asked.attempt }
  question.onDelivery?.({
    event: id,
    attempt: asked.attempt,
    url: question.event.to === undefined ? url : loggedUrl(url),
    atMs,
    durationMs: deps.clock.monotonicMs() - startMs,
    status: answer.ok ? answer.status : undefined,
    error: decided.ok ? undefined : decided.why,
  })
  return decided
}

type Judged =
  | { ok: true; answer: unknown }
  | { ok: false; why: HttpsFailure | 'status' | 'not-json'; status?: number }

function judge(answer: HttpsAnswer): Judged {
  if (!answer.ok) return { ok: false, why: answer.why }
  const { status } = answer
  if (status < 200 || status > 299) return { ok: false, why: 'status', status }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(answer.body)
    return { ok: true, answer: JSON.parse(text) as unknown }
  } catch {
    return { ok: false, why: 'not-json', status }
  }
}
