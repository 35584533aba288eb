import type { TenantId } from '#kernel'
import type { Forgotten, Verifier, VerifierFacts, VerifierFigures } from '#speech'

/** What compares voices, as one tenant sees it. */
export interface ApiVerifiers {
  verifiers(tenant: TenantId): readonly ApiVerifier[]
  /** What stands in the audit log for whose voice it is. Throws while the tenant's keys are closed. */
  pseudonym(tenant: TenantId, subject: string): string
  /** Has an engine forget whose voice it knows. `unavailable`: it could not be told. */
  forget(
    id: string,
    whose: { readonly tenant: TenantId; readonly subject: string },
    signal: AbortSignal,
  ): Promise<Forgotten | 'unknown' | 'unavailable'>
}

export interface ApiVerifier {
  readonly facts: VerifierFacts
  readonly health: Verifier['health']
  /** Of all tenants together. */
  readonly figures: VerifierFigures
  /** How often each was for this tenant, since the start. */
  readonly results: Readonly<Record<string, number>>
  /** Why it may be given no voice of this tenant. */
  readonly refused: 'region' | 'data-class' | 'training' | undefined
}
