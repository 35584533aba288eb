import type { AppId } from '#kernel'
import { dialAlerted, dialAuditFailed, dialRefused, dialStoreFailed, type DialAlert } from './events.ts'
import { holdPart, type Hold } from './lease.ts'
import { rateWindowMs } from './meter.ts'
import { openMeters, type Meters, type Scope } from './meters.ts'
import { checkPatterns, judge, type DialingConfig } from './policy.ts'
import { recoverUsage } from './recover-usage.ts'
import type { DialAdmission, DialGuard, DialingDeps, DialLease, DialRefusal, DialRequest } from './types.ts'
import type { OpenDialLease } from './usage-store.ts'
import { dayOf, hourOf, rememberedDays } from './utc.ts'
import { velocity, type Velocity } from './velocity.ts'

/** An app that may call somebody. */
export interface DialingApp {
  readonly app: DialingDeps['apps'][number]
  readonly config: DialingConfig
  readonly velocity: Velocity
}

/**
 * Opens the guard over what it remembers. Attempts that a crash left open count as if they had lasted until now. Rejects
 * with `ConfigError` for a pattern that says nothing, and with the store's error when that cannot be read.
 */
export async function openDialing(deps: DialingDeps): Promise<DialGuard> {
  const apps = new Map<AppId, DialingApp>()
  for (const app of deps.apps) {
    if (app.dialing === undefined) continue
    checkPatterns(app.id, app.dialing)
    apps.set(app.id as AppId, { app, config: app.dialing, velocity: velocity(app.dialing.anomaly) })
  }
  const meters = openMeters(deps.apps, deps.tenants)
  const stopped = new Set(await recoverUsage(deps, meters, apps))
  return new Guard(deps, apps, meters, stopped)
}

type Decision =
  | {
      readonly ok: true
      readonly to: string
      readonly from: string
      readonly hold: Hold
      readonly lease: OpenDialLease
    }
  | { readonly ok: false; readonly why: DialRefusal; readonly to?: string | undefined }

class Guard implements DialGuard {
  readonly #deps: DialingDeps
  readonly #apps: ReadonlyMap<AppId, DialingApp>
  readonly #meters: Meters
  readonly #stopped: Set<AppId>
  readonly #writing = new Set<Promise<unknown>>()
  #prunedIn: number

  constructor(deps: DialingDeps, apps: ReadonlyMap<AppId, DialingApp>, meters: Meters, stopped: Set<AppId>) {
    this.#deps = deps
    this.#apps = apps
    this.#meters = meters
    this.#stopped = stopped
    this.#prunedIn = hourOf(deps.clock.now())
  }

  async admit(request: DialRequest): Promise<DialAdmission> {
    // Judged and counted in one go, before anything is waited for: two requests never see the same room.
    const decision = this.#decide(request)
    if (!decision.ok) return this.#refuse(request, decision.why, decision.to)
    const { to, from, hold, lease } = decision
    const { store, clock, log, count } = this.#deps
    try {
      await store.open(lease, hourOf(clock.now()))
    } catch (error) {
      dialStoreFailed(log, 'open', error)
      await this.#settle(hold, lease)
      return this.#refuse(request, 'unavailable', to)
    }
    count('dialing_admitted', { via: request.via })
    const trunks = this.#apps.get(request.app)?.config.trunks ?? []
    return { ok: true, to, from, trunks: trunks as never, lease: this.#leaseOf(hold, lease) }
  }

  stopped(): readonly AppId[] {
    return [...this.#stopped]
  }

  async lift(app: AppId, actor: string): Promise<boolean> {
    const known = this.#apps.get(app)
    if (known === undefined || !this.#stopped.has(app)) return false
    await this.#deps.audit({ type: 'dial.lifted', tenant: known.app.tenant as never, actor, fields: { app } })
    await this.#deps.store.lift(app)
    this.#stopped.delete(app)
    return true
  }

  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.allSettled(this.#writing)
  }

  #decide(request: DialRequest): Decision {
    const known = this.#apps.get(request.app)
    if (known === undefined || known.app.tenant !== request.tenant)
      return { ok: false, why: 'not-configured' }
    const judged = judge(known.config, request)
    if (!judged.ok) return judged
    const refuse = (why: DialRefusal) => ({ ok: false, why, to: judged.to }) as const
    if (this.#stopped.has(request.app)) return refuse('stopped')
    this.#prune()
    const scopes = this.#meters.of(known.app, request.token)
    if (scopes === undefined) return refuse('unavailable')
    const nowMs = this.#deps.clock.monotonicMs()
    for (const { meter } of scopes) {
      const block = meter.blocks(nowMs)
      if (block !== undefined) return refuse(block)
    }
    if (this.#isStoppedByAnomaly(known)) return refuse('stopped')
    const lease = this.#freshLease(known, scopes, judged.rateMicro)
    const hold = this.#hold(lease, scopes)
    if (typeof hold === 'string') return refuse(hold)
    known.velocity.count(hourOf(lease.startedAtMs))
    return { ok: true, to: judged.to, from: judged.from, hold, lease }
  }

  #hold({ day, rateMicro }: OpenDialLease, scopes: readonly Scope[]): Hold | 'minutes' | 'spend' {
    const { clock, maxCallMs } = this.#deps
    return holdPart({ meters: scopes.map(({ meter }) => meter), day, rateMicro, maxCallMs, clock })
  }

  #freshLease({ app }: DialingApp, scopes: readonly Scope[], rateMicro: number): OpenDialLease {
    const startedAtMs = this.#deps.clock.now()
    return {
      id: `dial_${Buffer.from(this.#deps.random.bytes(16)).toString('hex')}`,
      app: app.id as AppId,
      scopes: scopes.map(({ name }) => name),
      day: dayOf(startedAtMs),
      startedAtMs,
      rateMicro,
    }
  }

  #leaseOf(hold: Hold, lease: OpenDialLease): DialLease {
    return {
      get maxDurationMs() {
        return hold.maxDurationMs
      },
      answered: () => hold.answered(),
      ended: () => this.#settle(hold, lease),
    }
  }

  /** What cannot be written stays open in the store, and the next start counts it as used. */
  async #settle(hold: Hold, lease: OpenDialLease): Promise<void> {
    const used = hold.settle()
    if (used === undefined) return
    await this.#write('settle', () => this.#deps.store.settle(lease, used.usedMs, used.spentMicro))
  }

  /** Raises the alert that one more attempt deserves; true when it stops the app. */
  #isStoppedByAnomaly({ app, config, velocity: pace }: DialingApp): boolean {
    const atMs = this.#deps.clock.now()
    const hour = hourOf(atMs)
    const { unusual, attempts, usual } = pace.judge(hour)
    if (!unusual) return false
    const quiet = pace.alerted(hour)
    const id = app.id as AppId
    void this.#write('quieten', () => this.#deps.store.quieten(id, hour, quiet))
    const { stop } = config.anomaly
    if (stop) {
      this.#stopped.add(id)
      void this.#write('stop', () => this.#deps.store.stop(id, atMs))
    }
    this.#alert({
      tenant: app.tenant as never,
      app: id,
      kind: 'velocity',
      atMs,
      attempts,
      usual,
      stopped: stop,
    })
    return stop
  }

  #alert(alert: DialAlert): void {
    const { log, count } = this.#deps
    const { tenant, app, attempts, usual, stopped } = alert
    count('dialing_alerts', { app })
    dialAlerted(log, alert)
    void this.#audit({
      type: 'dial.alert',
      tenant,
      actor: 'system',
      fields: { app, attempts, usual, stopped },
    })
    this.#deps.alert(alert)
  }

  async #refuse(request: DialRequest, why: DialRefusal, to: string | undefined): Promise<DialAdmission> {
    const { tenant, app, via, token } = request
    this.#deps.count('dialing_refused', { why })
    dialRefused(this.#deps.log, request, why)
    // Only a number that was understood: the log knows how to hide that, and no other spelling.
    const fields = { app, via, why, to: to ?? null }
    const actor = token === undefined ? `app:${app}` : `token:${token}`
    await this.#audit({ type: 'dial.refused', tenant, actor, fields })
    return { ok: false, why }
  }

  async #audit(event: Parameters<DialingDeps['audit']>[0]): Promise<void> {
    const written = this.#deps.audit(event).catch((error: unknown) => dialAuditFailed(this.#deps.log, error))
    await this.#track(written)
  }

  async #write(doing: string, write: () => Promise<void>): Promise<void> {
    await this.#track(write().catch((error: unknown) => dialStoreFailed(this.#deps.log, doing, error)))
  }

  async #track(work: Promise<unknown>): Promise<void> {
    this.#writing.add(work)
    await work
    this.#writing.delete(work)
  }

  /** Once an hour. */
  #prune(): void {
    const nowMs = this.#deps.clock.now()
    if (hourOf(nowMs) === this.#prunedIn) return
    this.#prunedIn = hourOf(nowMs)
    this.#meters.prune(this.#deps.clock.monotonicMs(), dayOf(nowMs))
    const oldestMs = nowMs - rememberedDays * 86_400_000
    const before = { attemptsAfterMs: nowMs - rateWindowMs, day: dayOf(oldestMs), hour: hourOf(oldestMs) }
    void this.#write('prune', () => this.#deps.store.prune(before))
  }
}
