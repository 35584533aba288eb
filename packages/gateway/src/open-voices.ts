import { join } from 'node:path'
import type { ApiVoices } from '#api'
import type { Audit } from '#audit'
import type { CallVoices } from '#call'
import { voicesOf, type Clock, type Config, type Log, type Secret, type TenantId } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import { makeVoice, promptCache, type MeasuredVoice } from '#speech'
import type { EgressGuard } from '#webhook'
import type { Metrics } from './metrics.ts'
import { programEnvironment, speechRulesOf } from './open-speech.ts'
import { streamOnlyTenants } from './stream-only.ts'

export interface Voices extends AsyncDisposable {
  readonly calls: CallVoices
  readonly api: ApiVoices
}

export interface VoiceParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count' | 'gauges'>
  readonly readSecret: (reference: string) => Secret<string>
  readonly egress: EgressGuard
  readonly audit: Pick<Audit, 'append'>
  readonly keys: Pick<OpenTenantKeys, 'fieldSeal' | 'hmacKey'>
}

const dayMs = 86_400_000

/** Opens what says words to callers: the voices of the configuration, else the built-in one. Nothing runs until somebody is spoken to. */
export function openVoices(parts: VoiceParts): Voices {
  const { config, clock, metrics, readSecret, egress, keys } = parts
  const configured = voicesOf(config)
  const all = configured.map((voice) =>
    makeVoice(voice, {
      clock,
      guard: egress,
      readSecret,
      region: config.node.region,
      env: programEnvironment(),
      rulesOf: (tenant) => speechRulesOf(config, tenant),
      onRefused: tellRefusal(parts),
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
  gauges(metrics, all)
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

/** A refusal is an event that alerts can be made of; nothing has been sent to anybody, so it need not wait for the log. */
function tellRefusal({ audit, log }: VoiceParts) {
  return ({ voice, tenant, why }: { voice: string; tenant: TenantId; why: string }) => {
    log.warn('a voice was refused', { voice, tenant, why })
    audit
      .append({ type: 'voice.refused', tenant, actor: 'system', fields: { voice, why } })
      .catch((error: unknown) => log.error('a refused voice is not in the audit log', { error }))
  }
}

function gauges(metrics: VoiceParts['metrics'], all: readonly MeasuredVoice[]): void {
  const each = (read: (voice: MeasuredVoice) => number) => () =>
    all.map((voice) => [voice.facts.id, read(voice)] as const)
  metrics.gauges(
    'voice_sessions_active',
    'texts that a voice says',
    'voice',
    each(({ figures }) => figures.sessions),
  )
  metrics.gauges(
    'voice_up',
    '1: the last text was said',
    'voice',
    each(({ health }) => (health === 'failing' ? 0 : 1)),
  )
}
