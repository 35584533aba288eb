import { callCommand, type CallApp, type Decision } from '#call'
import {
  callBook,
  type CallBook,
  DialectError,
  type Dialect,
  type DialectEvent,
  type DialectFault,
  type DialectMoment,
  type DialectQuestion,
  type DialectReading,
  type DialectRequest,
} from '#dialect'
import { createId, type AppConfig, type EventId, type Log, type Random } from '#kernel'
import { openWebhookApp, type WebhookApp } from '#webhook'
import { openCallApp, type CallAppDeps } from './call-app.ts'
import { exchangeDialect } from './dialect-exchange.ts'

export interface DialectAppDeps extends CallAppDeps {
  readonly random: Random
  readonly log: Log
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
}

export interface DialectAppOptions {
  readonly dialect: Dialect
  /** For one question, the fallback address apart. */
  readonly timeoutMs: number
  readonly followsRedirects: boolean
  /** Whether a command that cannot be carried out fails the whole answer, or is left out. */
  readonly isStrict: boolean
}

type Event = Parameters<CallApp['decide']>[0]

/** Names inside a message are the app's, and as long as it likes. */
const maxMessage = 300

/** The app says where to go next this often in so short a time only when it goes in a circle. */
const maxHops = 20
const hopsMs = 10_000

/** An app that speaks a dialect: what calls ask and tell goes through it, streams and sounds are as with any app. */
export function openDialectApp(config: AppConfig, deps: DialectAppDeps, o: DialectAppOptions): CallApp {
  const app = new DialectApp(config, deps, o)
  const { base } = app
  return {
    config,
    accountSid: base.accountSid,
    get signers() {
      return base.signers
    },
    fallbackAudio: base.fallbackAudio,
    holdMusic: base.holdMusic,
    prepareStream: base.prepareStream,
    fetchAudio: base.fetchAudio,
    decide: (event, signal) => app.decide(event, signal),
    tell: (event) => app.tell(event),
  }
}

type Asked = Decision & { readonly fault?: DialectFault }

/** Remembers, of each call that is not over, what its dialect repeats, and how often it was sent on. */
class DialectApp {
  readonly base: CallApp
  readonly #config: AppConfig
  readonly #deps: DialectAppDeps
  readonly #o: DialectAppOptions
  readonly #webhook: WebhookApp
  readonly #book: CallBook
  readonly #hops = new Map<string, number[]>()

  constructor(config: AppConfig, deps: DialectAppDeps, o: DialectAppOptions) {
    this.base = openCallApp(config, deps)
    this.#config = config
    this.#deps = deps
    this.#o = o
    this.#webhook = openWebhookApp(config, deps.readSecret)
    this.#book = callBook(this.base.accountSid)
  }

  async decide(event: Event, signal: AbortSignal): Promise<Decision> {
    try {
      return await this.#decide(event, signal)
    } catch (error) {
      const { id: app } = this.#config
      this.#deps.log.error('app could not be asked', { app, callId: event.call, type: event.type, error })
      return { ok: false, why: 'not-understood' }
    }
  }

  async tell(event: Parameters<CallApp['tell']>[0]): Promise<void> {
    const { outbox, clock, random, checkRegion } = this.#deps
    const { question, moment } = this.#note(event)
    const { call, type, data } = event
    const away: unknown[] = []
    for (const [index, request] of this.#o.dialect.tell(question, moment).entries()) {
      try {
        checkRegion(request.url)
      } catch (refusal) {
        away.push(refusal)
        continue
      }
      const id: EventId = index === 0 ? event.id : createId('evt', clock.now(), random)
      await outbox.send({ id, type, call }, request, this.#webhook.id)
    }
    // What a command had told somewhere is not told here as well.
    if (event.to === undefined) await this.#tellOurs(type, event, data)
    if (away.length > 0) throw away[0]
  }

  async #decide(event: Event, signal: AbortSignal): Promise<Decision> {
    const { dialect } = this.#o
    const noted = this.#note(event)
    if (noted.moment.facts.state !== 'ended' && this.#goesInCircles(event)) {
      const fault = dialect.faultOf?.('hops', undefined) ?? {
        code: 'hops',
        message: 'the app goes in circles',
      }
      await this.#report(event, fault, event.to?.url ?? this.#webhook.url)
      return { ok: false, why: 'redirects' }
    }
    const request = dialect.ask(noted.question, noted.moment)
    if (request === 'on') return { ok: true, answer: { actions: [] }, url: this.#webhook.url }
    const first = await this.#askAt(event, noted, request, signal)
    if (first.ok || first.why === 'aborted') return first
    const { fault = { code: first.why, message: 'the app could not be asked' } } = first
    await this.#report(event, fault, request.url)
    const { fallbackUrl } = this.#webhook
    if (fallbackUrl === undefined) return first
    const failed = { fault, url: request.url, fallbackUrl }
    const other = dialect.askAgain?.(noted.question, noted.moment, failed) ?? { ...request, url: fallbackUrl }
    const second = await this.#askAt(event, noted, other, signal)
    if (!second.ok && second.fault !== undefined) await this.#report(event, second.fault, other.url)
    return second
  }

  async #askAt(event: Event, noted: Noted, request: DialectRequest, signal: AbortSignal): Promise<Asked> {
    const { dialect, timeoutMs, followsRedirects: follows, isStrict } = this.#o
    const asked = { id: event.id, request, timeoutMs, follows }
    const got = await exchangeDialect(this.#deps, this.#webhook, asked, signal)
    if (!got.ok) {
      const { why, status } = got
      const fault = dialect.faultOf?.(why, status) ?? { code: why, message: 'the app could not be asked' }
      return { ok: false, why, status, fault }
    }
    try {
      const { actions, warnings } = checked(dialect.read(got, noted.question, noted.moment), isStrict)
      // The caller does not wait for what the app's owner may read later.
      void this.#warn(event, warnings, got.url)
      return { ok: true, answer: { actions }, url: got.url }
    } catch (error) {
      if (!(error instanceof DialectError)) throw error
      return { ok: false, why: 'not-understood', fault: error.fault }
    }
  }

  #note(event: Event & { readonly about?: object }): Noted {
    const question = { ...event, data: event.data as DialectQuestion['data'] }
    const nowMs = this.#deps.clock.now()
    const facts = this.#book.note(question as DialectEvent, nowMs)
    if (facts.state === 'ended') this.#hops.delete(event.call)
    return { question, moment: { facts, nowMs } }
  }

  #goesInCircles({ call, type }: Event): boolean {
    if (type !== 'call.redirected') return false
    const nowMs = this.#deps.clock.monotonicMs()
    const recent = [...(this.#hops.get(call) ?? []), nowMs].filter((atMs) => nowMs - atMs < hopsMs)
    this.#hops.set(call, recent)
    return recent.length > maxHops
  }

  /** For the app's owner: in the log, counted, and told where events of ours are wanted. */
  async #report(
    event: Event,
    fault: DialectFault,
    url: string,
    level: 'warning' | 'error' = 'error',
  ): Promise<void> {
    const { log, count } = this.#deps
    const { id: app, dialect } = this.#config
    const about = { code: fault.code, level, message: fault.message.slice(0, maxMessage) }
    log.warn('app’s answer has a fault', { app, callId: event.call, ...about })
    count('dialect_faults', { dialect, code: String(fault.code) })
    const host = URL.canParse(url) ? new URL(url).host : 'invalid'
    await this.#tellOurs('app.fault', event, { call_id: event.call, ...about, host })
  }

  /** Each kind of fault once. */
  async #warn(event: Event, warnings: readonly DialectFault[], url: string): Promise<void> {
    const first = new Map(warnings.toReversed().map((warning) => [warning.code, warning]))
    for (const warning of first.values()) await this.#report(event, warning, url, 'warning')
  }

  async #tellOurs(type: string, { call }: Event, data: object): Promise<void> {
    const { outbox, clock, random, log } = this.#deps
    if (this.#config.webhook.eventsUrl === undefined) return
    const id = createId('evt', clock.now(), random)
    await outbox
      .enqueue({ id, type, call, data }, this.#webhook.id)
      .catch((error: unknown) => log.error('event could not be queued', { type, error }))
  }
}

interface Noted {
  readonly question: DialectQuestion
  readonly moment: DialectMoment
}

/** Leaves out what is no command of ours, with a warning; what is strict fails instead. */
function checked({ actions, warnings }: DialectReading, isStrict: boolean): DialectReading {
  const good: object[] = []
  const more: DialectFault[] = []
  for (const action of actions) {
    const parsed = callCommand.safeParse(action)
    if (parsed.success) good.push(action)
    else {
      const [issue] = parsed.error.issues
      const type = 'type' in action ? String(action.type) : 'command'
      more.push({ code: 12_200, message: `${type}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}` })
    }
  }
  const [fault] = more
  if (isStrict && fault !== undefined) throw new DialectError(fault)
  return { actions: good, warnings: [...warnings, ...more] }
}
