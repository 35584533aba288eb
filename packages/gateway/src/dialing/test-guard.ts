import { fakeClock, silentLog, type AppId, type FakeClock, type TenantId, type TokenId } from '#kernel'
import type { DialAlert } from './events.ts'
import { memoryUsageStore, type MemoryUsageStore } from './memory-usage-store.ts'
import { openDialing } from './open-dialing.ts'
import type { DialingConfig } from './policy.ts'
import type { DialAdmission, DialGuard, DialingDeps, DialLease, DialRefusal, DialRequest } from './types.ts'

export const noon = Date.UTC(2026, 5, 15, 12)
export const token = 'tok_1' as TokenId

export interface Changes extends Omit<Partial<DialingConfig>, 'limits' | 'anomaly'> {
  readonly limits?: Partial<DialingConfig['limits']>
  readonly anomaly?: Partial<DialingConfig['anomaly']>
}

export function dialingConfig(changes: Changes = {}): DialingConfig {
  return {
    trunks: ['carrier'],
    callerIds: ['+12125550199'],
    countries: ['US', 'GB'],
    prefixes: [],
    deny: [],
    allowHighRisk: false,
    uris: [],
    transfers: [],
    rates: [],
    ...changes,
    limits: { concurrent: 10, perMinute: 1_000, minutesPerDay: 600, ...changes.limits },
    anomaly: { factor: 5, minimum: 1_000, stop: false, ...changes.anomaly },
  }
}

export interface TestGuard {
  readonly guard: DialGuard
  /** These two only as far as they are not given. */
  readonly clock: FakeClock
  readonly store: MemoryUsageStore
  readonly audited: readonly { type: string; actor: string; fields: Readonly<Record<string, unknown>> }[]
  readonly alerts: readonly DialAlert[]
  readonly counts: readonly string[]
  ask(request?: Partial<DialRequest>): Promise<DialAdmission>
  why(request?: Partial<DialRequest>): Promise<DialRefusal | 'ok'>
  /** Throws when it is refused. */
  place(request?: Partial<DialRequest>): Promise<DialLease>
}

/** A guard of one app, `ivr` of `acme`, over a store in memory, and all that it said. */
export async function openTestGuard(
  changes: Changes = {},
  more: Partial<DialingDeps> = {},
): Promise<TestGuard> {
  const clock = more.clock ?? fakeClock(noon)
  const store = more.store ?? memoryUsageStore()
  const audited: TestGuard['audited'][number][] = []
  const alerts: DialAlert[] = []
  const counts: string[] = []
  const guard = await openDialing({
    random: { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
    log: silentLog,
    apps: [{ id: 'ivr', tenant: 'acme', dialing: dialingConfig(changes) }],
    tenants: [],
    maxCallMs: 4 * 3_600_000,
    audit: (event) => Promise.resolve(audited.push(event)),
    alert: (alert) => alerts.push(alert),
    count: (name, labels) => counts.push([name, ...Object.values(labels ?? {})].join(' ')),
    ...more,
    clock,
    store,
  })
  const ask = (request: Partial<DialRequest> = {}) =>
    guard.admit({
      tenant: 'acme' as TenantId,
      app: 'ivr' as AppId,
      to: '+12125550100',
      from: undefined,
      via: 'api',
      token: undefined,
      ...request,
    })
  const why = async (request: Partial<DialRequest> = {}) => {
    const admission = await ask(request)
    return admission.ok ? 'ok' : admission.why
  }
  const place = async (request: Partial<DialRequest> = {}) => {
    const admission = await ask(request)
    if (!admission.ok) throw new Error(`refused: ${admission.why}`)
    return admission.lease
  }
  return {
    guard,
    clock: clock as FakeClock,
    store: store as MemoryUsageStore,
    audited,
    alerts,
    counts,
    ask,
    why,
    place,
  }
}
