import { join } from 'node:path'
import type { ApiVoices } from '#api'
import type { CallVoices } from '#call'
import { voicesOf } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import { makeVoice, promptCache } from '#speech'
import { providerDeps, providerGauges, tellRefusal, type ProviderParts } from './open-provider.ts'
import { streamOnlyTenants } from './stream-only.ts'

export interface Voices extends AsyncDisposable {
  readonly calls: CallVoices
  readonly api: ApiVoices
}

export interface VoiceParts extends ProviderParts {
  readonly keys: Pick<OpenTenantKeys, 'fieldSeal' | 'hmacKey'>
}

const dayMs = 86_400_000

/** Opens what says words to callers: the voices of the configuration, else the built-in one. Nothing runs until somebody is spoken to. */
export function openVoices(parts: VoiceParts): Voices {
  const { config, clock, metrics, keys } = parts
  const refused = tellRefusal(parts, 'voice')
  const configured = voicesOf(config)
  const all = configured.map((voice) =>
    makeVoice(voice, {
      ...providerDeps(parts),
      onRefused: ({ voice: id, tenant, why }) => refused(id, tenant, why),
      count: (name, by, labels) => metrics.count(name, labels, by),
    }),
  )
  const isStreamOnly = streamOnlyTenants(config)
  const cache = promptCache({
    clock,
    folder: join(config.dataDir, 'prompts'),
    keepMs: config.promptCache.days * dayMs,
    maxBytes: config.promptCache.maxMb * 1_048_576,
    mayKeep: (tenant) => !isStreamOnly(tenant),
    seal: {
      seal: (tenant, text, context) => keys.fieldSeal.seal(tenant, text, context),
      open: (tenant, sealed, context) => keys.fieldSeal.open(tenant, sealed, context),
      hmacKey: (tenant, purpose) => keys.hmacKey(tenant, purpose),
    },
    count: (name) => metrics.count(name),
  })
  void cache.prune()
  const words = { kind: 'voice', name: 'voice' } as const
  providerGauges(metrics, all, {
    ...words,
    sessions: 'texts that a voice says',
    up: '1: the last text was said',
  })
  const cached = new Map(
    all.map((voice, index) => [voice.facts.id, cache.of(voice, configured[index] ?? {})]),
  )
  const [first] = cached.values()
  return {
    calls: {
      voice: (app, name) => (name === undefined ? (cached.get(app.voice ?? '') ?? first) : cached.get(name)),
    },
    api: {
      voices: (tenant) =>
        all.map((voice) => {
          const { facts, health, figures } = voice
          return { facts, health, figures, refused: voice.refusal(tenant) }
        }),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((voice) => voice[Symbol.asyncDispose]()))
    },
  }
}
