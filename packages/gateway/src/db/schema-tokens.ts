import type { Generated } from 'kysely'
import type { CallId, TenantId, VaultTokenId } from '#kernel'

/** A value under a token. Its data key is the row of `data_keys` with the same id. */
export interface VaultTokenRow {
  readonly id: VaultTokenId
  readonly tenant: TenantId
  readonly token: string
  readonly kind: string
  /** Keyed hash of kind and value, lower-case hex. */
  readonly fingerprint: string
  /** Sealed under the token's data key, base64. */
  readonly value_sealed: string
  readonly masked: string
  readonly brand: string | null
  readonly purposes: readonly string[]
  /** Made at least once without a call: no person's erasure takes it along. */
  readonly standalone: boolean
  readonly created_at: Date
  readonly expires_at: Date | null
}

/** Tables of `migrations/*-tokens.ts`. */
export interface TokensSchema {
  'token_vault.tokens': Omit<VaultTokenRow, 'purposes'> & { purposes: unknown }
  'token_vault.calls': { call_id: CallId; token_id: VaultTokenId; tenant: TenantId }
  'token_vault.uses': {
    seq: Generated<number>
    tenant: TenantId
    token_id: string
    actor: string
    at: Date
  }
}
