import type { SpeechEngine, Verifier, Voice } from '@voxkeep/sdk'

/** The columns that every engine and voice has; `sessions` is the name of the last. */
export function providerHead(what: string, sessions: string): string[] {
  return [what, 'kind', 'region', 'data', 'opt-out', 'this tenant', 'health', sessions]
}

/** @param may - What it may do for this tenant when nothing stands against it. */
export function providerRow(provider: SpeechEngine | Verifier | Voice, may: string): string[] {
  return [
    provider.id,
    provider.kind,
    provider.region ?? '',
    provider.data_classes.join(','),
    provider.training_opt_out ? 'yes' : 'no',
    provider.refused === null ? may : `refused: ${provider.refused}`,
    provider.health,
    `${provider.sessions}/${provider.max_sessions}`,
  ]
}
