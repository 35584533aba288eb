import type { AppConfig, Config, TokenId } from '#kernel'
import { meter, type DialLimits, type Meter } from './meter.ts'

/** Tokens that used something today; an operator makes them, so more than this is a mistake somewhere. */
const maxTokens = 10_000

/** The meters of apps, tenants and tokens. */
export interface Meters {
  /** Those that an attempt counts against, with their names; undefined when there are more tokens than can be watched. */
  of(app: Pick<AppConfig, 'id' | 'tenant' | 'dialing'>, token: TokenId | undefined): Scope[] | undefined
  /** The meter of a name, as `of` gave it; undefined when the configuration knows it no more. */
  named(name: string): Meter | undefined
  prune(nowMs: number, day: string): void
}

export interface Scope {
  readonly name: string
  readonly meter: Meter
}

export function openMeters(
  apps: readonly Pick<AppConfig, 'id' | 'tenant' | 'dialing'>[],
  tenants: Config['tenants'],
): Meters {
  const lasting = new Map<string, Meter>()
  const ofTokens = new Map<string, Meter>()
  for (const { id, dialing } of tenants) if (dialing) lasting.set(tenantName(id), meter(dialing))
  for (const { id, dialing } of apps) if (dialing) lasting.set(appName(id), meter(dialing.limits))
  const tokenLimits = new Map<string, DialLimits>()
  for (const { id, dialing } of apps)
    if (dialing?.perToken) tokenLimits.set(id, overlaid(dialing.limits, dialing.perToken))

  const ofToken = (name: string): Meter | undefined => {
    const known = ofTokens.get(name)
    if (known !== undefined) return known
    const limits = tokenLimits.get(name.split(' ')[1] ?? '')
    if (limits === undefined || ofTokens.size >= maxTokens) return undefined
    const fresh = meter(limits)
    ofTokens.set(name, fresh)
    return fresh
  }
  const named = (name: string) => (name.startsWith('token ') ? ofToken(name) : lasting.get(name))
  return {
    named,
    of({ id, tenant }, token) {
      const names = [appName(id), tenantName(tenant)]
      if (token !== undefined && tokenLimits.has(id)) names.push(`token ${id} ${token}`)
      const scopes = names.map((name) => ({ name, meter: named(name) }))
      if (scopes.some(({ name, meter }) => meter === undefined && !name.startsWith('tenant ')))
        return undefined
      return scopes.filter((scope): scope is Scope => scope.meter !== undefined)
    },
    prune(nowMs, day) {
      for (const known of lasting.values()) known.prune(nowMs, day)
      for (const [name, known] of ofTokens) if (known.prune(nowMs, day)) ofTokens.delete(name)
    },
  }
}

function appName(id: string): string {
  return `app ${id}`
}

function tenantName(id: string): string {
  return `tenant ${id}`
}

/** What a token's limits leave open, the app's say. */
function overlaid(limits: DialLimits, own: NonNullable<AppConfig['dialing']>['perToken']): DialLimits {
  const said = Object.entries(own ?? {}).filter(([, value]) => value !== undefined)
  return { ...limits, ...(Object.fromEntries(said) as Partial<DialLimits>) }
}
