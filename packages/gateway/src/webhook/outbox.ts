import { type AppId, type Clock, type EventId, type Log, type Random } from '#kernel'
import { attemptDelivery, type Outcome } from './attempt-delivery.ts'
import { payloadOf, type ReadyRequest, type WebhookEvent } from './event.ts'
import type { OutboxRow, OutboxStore, OutboxTarget } from './outbox-store.ts'
import type { SignedPost } from './post-signed.ts'
import type { HttpsAnswer, HttpsClient } from './https-client.ts'
import type { WebhookApp } from './webhook-app.ts'

export interface OutboxDeps {
  readonly store: OutboxStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly apps: ReadonlyMap<AppId, WebhookApp>
  /** `postSigned` with its dependencies given. */
  readonly post: (post: SignedPost, signal: AbortSignal) => Promise<HttpsAnswer>
  /** The HTTPS client, for what somebody else made. */
  readonly exchange: HttpsClient['exchange']
}

/** Events after the fact: accepted once durable, delivered at least once, over three days. */
export interface Outbox extends AsyncDisposable {
  /** Resolves once the event survives a crash; rejects when it does not. */
  enqueue(event: WebhookEvent, app: AppId): Promise<EventId>
  /** The same for a request that somebody else made; it is signed each time it is sent. */
  send(event: Omit<WebhookEvent, 'data' | 'to'>, request: ReadyRequest, app: AppId): Promise<EventId>
  /** Tries an event again from the start, whatever became of it; false when there is none. An app that answered 410 counts again. */
  redeliver(id: EventId): Promise<boolean>
  /** Resolves when nothing is under way; events that wait for their time stay. */
  idle(): Promise<void>
}

const atOnce = 32
const atOncePerApp = 8 // an app that hangs holds up its own events only
const longestSleepMs = 60 * 60_000
const storePauseMs = 5_000
const keepMs = 30 * 24 * 60 * 60_000

/** Starts delivering, first of all what an earlier run left. Disposing aborts what is under way: it is tried again at the next start. */
export function startOutbox(deps: OutboxDeps): Outbox {
  return new RunningOutbox(deps)
}

class RunningOutbox implements Outbox {
  readonly #deps: OutboxDeps
  readonly #underWay = new Map<EventId, AppId>()
  /** Apps that answered 410: nothing more is sent to them until a restart or a redelivery. */
  readonly #gone = new Set<AppId>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  #looking = false
  #lookAgain = false
  #cancelAlarm: () => void = () => {}
  #prunedAtMs = Number.NEGATIVE_INFINITY

  constructor(deps: OutboxDeps) {
    this.#deps = deps
    this.#wake()
  }

  async enqueue(event: WebhookEvent, app: AppId): Promise<EventId> {
    const nowMs = this.#deps.clock.now()
    return this.#add(event, app, payloadOf(event, nowMs), event.to)
  }

  send(
    event: Omit<WebhookEvent, 'data' | 'to'>,
    { body, ...to }: ReadyRequest,
    app: AppId,
  ): Promise<EventId> {
    return this.#add(event, app, body, to)
  }

  async #add(
    { id, type, call }: Omit<WebhookEvent, 'data'>,
    app: AppId,
    body: string,
    to: OutboxTarget | undefined,
  ): Promise<EventId> {
    const now = new Date(this.#deps.clock.now())
    const change = {
      attempt: 0,
      next_at: now,
      state: 'pending',
      last_status: null,
      last_error: null,
    } as const
    await this.#deps.store.insert({
      id,
      app,
      call_id: call ?? null,
      type,
      body,
      ...(to && { to }),
      created_at: now,
      ...change,
    })
    this.#wake()
    return id
  }

  async redeliver(id: EventId): Promise<boolean> {
    const { store, clock } = this.#deps
    const row = await store.get(id)
    if (!row) return false
    this.#gone.delete(row.app)
    const change = { attempt: 0, next_at: new Date(clock.now()), last_status: null, last_error: null }
    await store.settle(id, { ...change, state: 'pending' })
    this.#wake()
    return true
  }

  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#cancelAlarm()
    await this.idle()
  }

  /** Looks for due events, now or, when a look is under way, right after it. */
  #wake(): void {
    this.#lookAgain = true
    if (this.#looking || this.#stop.signal.aborted) return
    this.#looking = true
    this.#track(this.#look().finally(() => (this.#looking = false)))
  }

  async #look(): Promise<void> {
    try {
      while (this.#lookAgain && !this.#stop.signal.aborted) {
        this.#lookAgain = false
        await this.#startDue()
        await this.#prune()
        if (!this.#lookAgain) await this.#setAlarm()
      }
    } catch (error) {
      this.#deps.log.error('webhook outbox cannot read its store', { error })
      this.#alarm(storePauseMs)
    }
  }

  async #startDue(): Promise<void> {
    for (let room = this.#room(); room > 0; room = this.#room()) {
      const due = await this.#deps.store.due(new Date(this.#deps.clock.now()), room, this.#except())
      if (due.length === 0 || this.#stop.signal.aborted) return
      for (const row of due) if (!this.#isBusy(row.app)) this.#start(row)
    }
  }

  #start(row: OutboxRow): void {
    this.#underWay.set(row.id, row.app)
    const delivered = this.#deliver(row).finally(() => {
      this.#underWay.delete(row.id)
      this.#wake()
    })
    this.#track(delivered)
  }

  async #deliver(row: OutboxRow): Promise<void> {
    const { store, log } = this.#deps
    const isGone = this.#gone.has(row.app)
    const outcome = await attemptDelivery(this.#deps, row, isGone, this.#stop.signal)
    if (outcome.kind === 'aborted') return
    if (outcome.kind === 'gone') this.#gone.add(row.app)
    try {
      await store.settle(row.id, outcome.change, outcome.delivery)
      reportDead(log, row, outcome)
    } catch (error) {
      log.error('webhook outbox cannot write its store', { eventId: row.id, error })
      await this.#pause()
    }
  }

  /** After a store that fails, so that the same event is not sent again at once and for ever. */
  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#deps.clock.set(storePauseMs, resolve)
    this.#stop.signal.addEventListener('abort', () => (cancel(), resolve()), { once: true })
    return promise
  }

  async #setAlarm(): Promise<void> {
    const nextAt = this.#room() > 0 ? await this.#deps.store.nextAt(this.#except()) : undefined
    const delayMs = nextAt === undefined ? longestSleepMs : nextAt.getTime() - this.#deps.clock.now()
    this.#alarm(Math.min(Math.max(delayMs, 0), longestSleepMs))
  }

  #alarm(delayMs: number): void {
    this.#cancelAlarm()
    if (!this.#stop.signal.aborted) this.#cancelAlarm = this.#deps.clock.set(delayMs, () => this.#wake())
  }

  async #prune(): Promise<void> {
    const nowMs = this.#deps.clock.now()
    if (nowMs - this.#prunedAtMs < longestSleepMs) return
    this.#prunedAtMs = nowMs
    await this.#deps.store.prune(new Date(nowMs - keepMs))
  }

  #room(): number {
    return atOnce - this.#underWay.size
  }

  #isBusy(app: AppId): boolean {
    let count = 0
    for (const other of this.#underWay.values()) if (other === app) count += 1
    return count >= atOncePerApp
  }

  #except(): { apps: AppId[]; ids: EventId[] } {
    const apps = [...new Set(this.#underWay.values())].filter((app) => this.#isBusy(app))
    return { apps, ids: [...this.#underWay.keys()] }
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task)
    void task.finally(() => this.#tasks.delete(task))
  }
}

function reportDead(log: Log, row: OutboxRow, outcome: Exclude<Outcome, { kind: 'aborted' }>): void {
  if (outcome.change.state !== 'dead') return
  const { attempt, last_error: lastError } = outcome.change
  log.warn('webhook event was given up', {
    eventId: row.id,
    app: row.app,
    type: row.type,
    attempt,
    lastError,
  })
}
