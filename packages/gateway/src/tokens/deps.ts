import type { Clock, Log, Random, TenantId, CallId } from '#kernel'
import type { UseLimits, VaultTokenStore } from '#db'

/** Keys as the vault needs them; the tenant keys of #keys fit. */
export interface VaultKeys {
  newDataKey(context: KeyPlace): {
    readonly tenantKey: string
    readonly wrapped: Uint8Array
    /** Ours to zero. */
    readonly plain: Uint8Array
  }
  /** Ours to zero. */
  openObject(context: KeyPlace): Promise<Uint8Array>
  shredObject(tenant: TenantId, object: string): Promise<unknown>
  hmacKey(tenant: TenantId, purpose: string): Uint8Array
}

export interface KeyPlace {
  readonly tenant: TenantId
  readonly purpose: 'tokens'
  readonly object: string
}

/** What a tenant's policy says. */
export interface TokenPolicy {
  /** Whether anything may be kept: a stream-only tenant's values may not, unless the configuration says so. */
  readonly mayKeep: boolean
  readonly ttlMs: number
  readonly maxTtlMs: number
  /** What values may be shown for at all; undefined: for any purpose that a token has. */
  readonly revealFor: readonly string[] | undefined
  readonly limits: UseLimits
}

export interface TokenVaultDeps {
  readonly store: VaultTokenStore
  readonly keys: VaultKeys
  /** Resolves once the entry is durable; only then may what it permits happen. */
  readonly audit: (event: {
    readonly type: string
    readonly tenant: TenantId
    readonly call?: CallId | undefined
    readonly actor: string
    readonly fields: Readonly<Record<string, string | number | boolean | null>>
  }) => Promise<unknown>
  readonly policy: (tenant: TenantId) => TokenPolicy
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
}
