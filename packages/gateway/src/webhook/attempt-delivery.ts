import type { OutboxDeps } from './outbox.ts'
import type { Delivery } from './event.ts'
import type { OutboxChange, OutboxRow } from './outbox-store.ts'
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
  deps: Pick<OutboxDeps, 'apps' | 'clock' | 'post' | 'random'>,
  row: OutboxRow,
  isGone: boolean,
  signal: AbortSignal,
): Promise<Outcome> {
  const app = deps.apps.get(row.app)
  if (!app) return { kind: 'settled', change: dead(row, null, 'app-unknown') }
  if (isGone) return { kind: 'settled', change: dead(row, 410, 'gone') }
  const [atMs, startMs] = [deps.clock.now(), deps.clock.monotonicMs()]
  const answer = await send(deps, row, app, signal)
  if (!answer.ok && answer.why === 'aborted') return { kind: 'aborted' }
  const change = judge(deps, row, answer)
  const delivery: Delivery = {
    event: row.id,
    attempt: change.attempt,
    url: app.eventsUrl,
    atMs,
    durationMs: deps.clock.monotonicMs() - startMs,
    status: change.last_status ?? undefined,
    error: change.last_error ?? undefined,
  }
  return { kind: change.last_status === 410 ? 'gone' : 'settled', change, delivery }
}

async function send(
  deps: Pick<OutboxDeps, 'post'>,
  row: OutboxRow,
  app: WebhookApp,
  signal: AbortSignal,
): Promise<HttpsAnswer> {
  try {
    return await deps.post({ app, url: app.eventsUrl, id: row.id, body: row.body, timeoutMs }, signal)
  } catch {
    return { ok: false, why: 'body' } // a bug of ours must not stop the other events
  }
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
