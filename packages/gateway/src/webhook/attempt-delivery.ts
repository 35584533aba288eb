import type { OutboxDeps } from './outbox.ts'
import { loggedUrl, type Delivery } from './event.ts'
import type { OutboxChange, OutboxRow, OutboxTarget } from './outbox-store.ts'
import { signRequest } from './sign-request.ts'
import { nextDelayMs, parseRetryAfter } from './retry-schedule.ts'
import type { HttpsAnswer } from './https-client.ts'
import type { WebhookApp } from './webhook-app.ts'

/** What one attempt at an event came to. `gone`: the app answered 410 and wants no more. */
export type Outcome =
  | { readonly kind: 'aborted' }
  | { readonly kind: 'settled' | 'gone'; readonly change: OutboxChange; readonly delivery?: Delivery }

const timeoutMs = 15_000

/** Sends `row` once and says what becomes of it. Never rejects. */
export async function attemptDelivery(
  deps: Pick<OutboxDeps, 'apps' | 'clock' | 'exchange' | 'post' | 'random'>,
  row: OutboxRow,
  isGone: boolean,
  signal: AbortSignal,
): Promise<Outcome> {
  const app = deps.apps.get(row.app)
  if (!app) return { kind: 'settled', change: dead(row, null, 'app-unknown') }
  if (isGone && row.to === undefined) return { kind: 'settled', change: dead(row, 410, 'gone') }
  const [atMs, startMs] = [deps.clock.now(), deps.clock.monotonicMs()]
  const answer = await send(deps, row, app, signal)
  if (!answer.ok && answer.why === 'aborted') return { kind: 'aborted' }
  const change = judge(deps, row, answer)
  const delivery: Delivery = {
    event: row.id,
    attempt: change.attempt,
    url: row.to === undefined ? app.eventsUrl : loggedUrl(row.to.url),
    atMs,
    durationMs: deps.clock.monotonicMs() - startMs,
    status: change.last_status ?? undefined,
    error: change.last_error ?? undefined,
  }
  // An address of its own says nothing about the app's.
  const isGoneNow = change.last_status === 410 && row.to === undefined
  return { kind: isGoneNow ? 'gone' : 'settled', change, delivery }
}

async function send(
  deps: Pick<OutboxDeps, 'clock' | 'exchange' | 'post'>,
  row: OutboxRow,
  app: WebhookApp,
  signal: AbortSignal,
): Promise<HttpsAnswer> {
  try {
    const { id, body, to } = row
    if (to?.headers !== undefined)
      return await sendReady(deps, row, { ...to, headers: to.headers }, app, signal)
    const { url, method } = to ?? { url: app.eventsUrl, method: 'POST' as const }
    return await deps.post({ app, url, method, id, body, timeoutMs }, signal)
  } catch {
    return { ok: false, why: 'body' } // a bug of ours must not stop the other events
  }
}

/** What a callback's answer says is not read; a page of it is taken as an answer all the same. */
const maxAnswerBytes = 256 * 1024

/** Signs what somebody else made, as its app has it signed at this moment, and sends it. */
function sendReady(
  deps: Pick<OutboxDeps, 'clock' | 'exchange'>,
  row: OutboxRow,
  { url, method, headers }: OutboxTarget & { readonly headers: Readonly<Record<string, string>> },
  app: WebhookApp,
  signal: AbortSignal,
): Promise<HttpsAnswer> {
  const signed = signRequest(app, { url, method, headers, body: row.body }, row.id, deps.clock.now())
  const request = { method, ...signed, tls: app.tls, timeoutMs, maxAnswerBytes }
  const body = new TextEncoder().encode(row.body)
  return deps.exchange(method === 'POST' ? { ...request, body } : request, signal)
}

function judge(
  deps: Pick<OutboxDeps, 'clock' | 'random'>,
  row: OutboxRow,
  answer: HttpsAnswer,
): OutboxChange {
  const attempt = row.attempt + 1
  const now = new Date(deps.clock.now())
  if (!answer.ok) return again(deps, row, now, { status: null, error: answer.why, retryAfterMs: undefined })
  const { status } = answer
  if (status >= 200 && status <= 299)
    return { attempt, next_at: now, state: 'delivered', last_status: status, last_error: null }
  if (status === 410) return { ...dead(row, status, 'gone'), attempt }
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], now.getTime())
  return again(deps, row, now, { status, error: 'status', retryAfterMs })
}

function again(
  deps: Pick<OutboxDeps, 'random'>,
  row: OutboxRow,
  now: Date,
  failed: { status: number | null; error: string; retryAfterMs: number | undefined },
): OutboxChange {
  const attempt = row.attempt + 1
  const delayMs = nextDelayMs(attempt, failed.retryAfterMs, deps.random)
  if (delayMs === undefined) return { ...dead(row, failed.status, failed.error), attempt }
  const next_at = new Date(now.getTime() + delayMs)
  return { attempt, next_at, state: 'pending', last_status: failed.status, last_error: failed.error }
}

function dead(row: OutboxRow, status: number | null, error: string): OutboxChange {
  const { attempt, next_at } = row
  return { attempt, next_at, state: 'dead', last_status: status, last_error: error }
}
