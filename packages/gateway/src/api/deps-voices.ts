import type { TenantId } from '#kernel'
import type { SpeakingVoice, VoiceFacts, VoiceFigures } from '#speech'

/** What says words to callers, as one tenant sees it. */
export interface ApiVoices {
  voices(tenant: TenantId): readonly ApiVoice[]
}

export interface ApiVoice {
  readonly facts: VoiceFacts
  readonly health: SpeakingVoice['health']
  /** Of all tenants together. */
  readonly figures: VoiceFigures
  /** Why it may say nothing at all of this tenant. */
  readonly refused: 'region' | 'training' | undefined
}
