import type { ApiSpeech } from '#api'
import type { Random } from '#kernel'
import { makeEngine, type MeasuredEngine, type SpeechEngine } from '#speech'
import { providerDeps, providerGauges, tellRefusal, type ProviderParts } from './open-provider.ts'

/** The engines of the configuration, by their ids. */
export interface Engines extends AsyncDisposable {
  engine(id: string): SpeechEngine | undefined
  /** All of them, in the order of the configuration. */
  readonly all: readonly MeasuredEngine[]
  readonly api: ApiSpeech
}

export interface EngineParts extends ProviderParts {
  readonly random: Random
}

/** Opens the engines that turn speech into words. None is connected to until somebody speaks. */
export function openSpeech(parts: EngineParts): Engines {
  const { config, random, metrics } = parts
  const refused = tellRefusal(parts, 'engine')
  const all = config.speech.engines.map((engine) =>
    makeEngine(engine, {
      ...providerDeps(parts),
      random,
      onRefused: ({ engine: id, tenant, why }) => refused(id, tenant, why),
      count: (name, by, labels) => metrics.count(name, labels, by),
    }),
  )
  const byId = new Map(all.map((engine) => [engine.facts.id, engine]))
  const words = { kind: 'engine', name: 'speech' } as const
  const [sessions, up] = ['voices that an engine hears', '1: the last connection worked']
  providerGauges(
    metrics,
    all,
    { ...words, sessions, up },
    {
      lag_ms: { help: 'how far behind an engine is, at most', read: ({ figures }) => figures.lagMs },
    },
  )
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
