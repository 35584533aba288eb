import type { TenantId } from '#kernel'
import type { DestroyedTenant, KeyOverview, KeyPurpose, TenantKeyRow } from '#keys'

/** A tenant's own keys. */
export interface ApiKeys {
  overview(tenant: TenantId): Promise<KeyOverview>
  /** Makes new keys and begins to re-wrap. Rejects with `KeyError`. */
  rotate(tenant: TenantId, purpose: KeyPurpose | 'all'): Promise<readonly TenantKeyRow[]>
  /** For good. Rejects with `KeyError`. */
  destroy(tenant: TenantId): Promise<DestroyedTenant>
}
