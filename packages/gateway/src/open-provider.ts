import type { Audit } from '#audit'
import type { Clock, Config, Log, Secret, TenantId } from '#kernel'
import type { SpeechRules } from '#speech'
import type { EgressGuard } from '#webhook'
import type { Metrics } from './metrics.ts'

/** What engines that hear, voices that speak and engines that compare voices are opened with. */
export interface ProviderParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count' | 'gauges'>
  readonly readSecret: (reference: string) => Secret<string>
  readonly egress: EgressGuard
  readonly audit: Pick<Audit, 'append'>
}

/** What each of them is given. */
export function providerDeps({ config, clock, readSecret, egress }: ProviderParts) {
  return {
    clock,
    guard: egress,
    readSecret,
    region: config.node.region,
    env: programEnvironment(),
    rulesOf: (tenant: TenantId) => rulesOf(config, tenant),
  }
}

function rulesOf({ tenants }: Config, tenant: TenantId): SpeechRules {
  const own = tenants.find(({ id }) => id === tenant)
  return { regions: own?.regions, trainingOptOut: own?.speech?.trainingOptOut ?? 'required' }
}

/** A program gets no more of our environment than it needs to run: secrets may be in there. */
export function programEnvironment(): Readonly<Record<string, string>> {
  const names = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'LD_LIBRARY_PATH']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

type Kind = 'engine' | 'voice' | 'verifier'
const words = {
  engine: { type: 'speech.refused', name: 'speech engine' },
  voice: { type: 'voice.refused', name: 'voice' },
  verifier: { type: 'verifier.refused', name: 'verifier' },
} as const

/** A refusal is an event that alerts can be made of; nothing has been sent to anybody, so it need not wait for the log. */
export function tellRefusal({ audit, log }: Pick<ProviderParts, 'audit' | 'log'>, kind: Kind) {
  const { type, name } = words[kind]
  return (id: string, tenant: TenantId, why: string): void => {
    log.warn(`a ${name} was refused`, { [kind]: id, tenant, why })
    audit
      .append({ type, tenant, actor: 'system', fields: { [kind]: id, why } })
      .catch((error: unknown) => log.error(`a refused ${name} is not in the audit log`, { error }))
  }
}

interface Provider {
  readonly facts: { readonly id: string }
  readonly figures: { readonly sessions: number }
  readonly health: 'unknown' | 'up' | 'failing'
}

/**
 * Figures of each: what it does now, and whether it works.
 *
 * @param name - What the metrics' names begin with.
 */
export function providerGauges<P extends Provider>(
  metrics: ProviderParts['metrics'],
  all: readonly P[],
  { kind, name, sessions, up }: { kind: Kind; name: string; sessions: string; up: string },
  more: Readonly<Record<string, { readonly help: string; readonly read: (one: P) => number }>> = {},
): void {
  const figures = {
    sessions_active: { help: sessions, read: (one: P) => one.figures.sessions },
    up: { help: up, read: (one: P) => (one.health === 'failing' ? 0 : 1) },
    ...more,
  }
  for (const [figure, { help, read }] of Object.entries(figures))
    metrics.gauges(`${name}_${figure}`, help, kind, () =>
      all.map((one) => [one.facts.id, read(one)] as const),
    )
}
