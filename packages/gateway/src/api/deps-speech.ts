import type { TenantId } from '#kernel'
import type { EngineFigures, SpeechEngine, SpeechFacts } from '#speech'

/** The engines that turn speech into words, as one tenant sees them. */
export interface ApiSpeech {
  engines(tenant: TenantId): readonly ApiEngine[]
}

export interface ApiEngine {
  readonly facts: SpeechFacts
  readonly health: SpeechEngine['health']
  /** Of all tenants together. */
  readonly figures: EngineFigures
  /** Why it may hear nothing at all of this tenant. */
  readonly refused: 'region' | 'training' | undefined
}
