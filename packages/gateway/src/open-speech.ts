import type { ApiSpeech } from '#api'
import type { Audit } from '#audit'
import type { Clock, Config, Log, Random, Secret, TenantId } from '#kernel'
import { makeEngine, type MeasuredEngine, type SpeechEngine, type SpeechRules } from '#speech'
import type { EgressGuard } from '#webhook'
import type { Metrics } from './metrics.ts'

/** The engines of the configuration, by their ids. */
export interface Engines extends AsyncDisposable {
  engine(id: string): SpeechEngine | undefined
  /** All of them, in the order of the configuration. */
  readonly all: readonly MeasuredEngine[]
  readonly api: ApiSpeech
}

export interface EngineParts {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count' | 'gauges'>
  readonly readSecret: (reference: string) => Secret<string>
  readonly egress: EgressGuard
  readonly audit: Pick<Audit, 'append'>
}

/** Opens the engines that turn speech into words. None is connected to until somebody speaks. */
export function openSpeech(parts: EngineParts): Engines {
  const { config, clock, random, metrics, readSecret, egress } = parts
  const all = config.speech.engines.map((engine) =>
    makeEngine(engine, {
      clock,
      random,
      guard: egress,
      readSecret,
      region: config.node.region,
      env: programEnvironment(),
      rulesOf: (tenant) => speechRulesOf(config, tenant),
      onRefused: tellRefusal(parts),
      count: (name, by, labels) => metrics.count(name, labels, by),
    }),
  )
  const byId = new Map(all.map((engine) => [engine.facts.id, engine]))
  gauges(metrics, all)
  return {
    engine: (id) => byId.get(id),
    all,
    api: {
      engines: (tenant) =>
        all.map((engine) => {
          const { facts, health, figures } = engine
          return { facts, health, figures, refused: engine.refusal(tenant) }
        }),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((engine) => engine[Symbol.asyncDispose]()))
    },
  }
}

/** What a tenant asks of every engine, and of every voice. */
export function speechRulesOf({ tenants }: Config, tenant: TenantId): SpeechRules {
  const own = tenants.find(({ id }) => id === tenant)
  return { regions: own?.regions, trainingOptOut: own?.speech?.trainingOptOut ?? 'required' }
}

/** A refusal is an event that alerts can be made of; nothing has been sent to anybody, so it need not wait for the log. */
function tellRefusal({ audit, log }: EngineParts): Parameters<typeof makeEngine>[1]['onRefused'] {
  return ({ engine, tenant, why }) => {
    log.warn('a speech engine was refused', { engine, tenant, why })
    audit
      .append({ type: 'speech.refused', tenant, actor: 'system', fields: { engine, why } })
      .catch((error: unknown) => log.error('a refused speech engine is not in the audit log', { error }))
  }
}

function gauges(metrics: EngineParts['metrics'], all: readonly MeasuredEngine[]): void {
  const each = (read: (engine: MeasuredEngine) => number) => () =>
    all.map((engine) => [engine.facts.id, read(engine)] as const)
  metrics.gauges(
    'speech_sessions_active',
    'voices that an engine hears',
    'engine',
    each(({ figures }) => figures.sessions),
  )
  metrics.gauges(
    'speech_lag_ms',
    'how far behind an engine is, at most',
    'engine',
    each(({ figures }) => figures.lagMs),
  )
  metrics.gauges(
    'speech_up',
    '1: the last connection worked',
    'engine',
    each(({ health }) => (health === 'failing' ? 0 : 1)),
  )
}

/** A program gets no more of our environment than it needs to run: secrets may be in there. */
export function programEnvironment(): Readonly<Record<string, string>> {
  const names = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'LD_LIBRARY_PATH']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}
