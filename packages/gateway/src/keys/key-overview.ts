import type { TenantId } from '#kernel'
import type { KeyRows, TenantKeyRow } from './key-rows.ts'
import type { RewrapProgress } from './key-rewrap.ts'
import type { TenantBook } from './tenant-book.ts'

/** What there is to say of a tenant's keys, for whoever answers for them. Nothing of it is secret. */
export interface KeyOverview {
  readonly state: ReturnType<TenantBook['state']>
  /** Where new keys are wrapped. */
  readonly provider: string
  readonly key: string
  /** All that ever were, and how many objects are under each now. */
  readonly keys: readonly (Omit<TenantKeyRow, 'wrapped'> & {
    readonly wrapped?: undefined
    readonly objects: number
  })[]
  /** Of the rewrap that runs or ran last since the start. */
  readonly rewrap: RewrapProgress | undefined
}

export async function keyOverview(
  o: {
    readonly rows: KeyRows
    readonly place: (tenant: TenantId) => { readonly provider: { readonly id: string }; readonly key: string }
    readonly state: TenantBook['state']
    readonly progress: (tenant: TenantId) => RewrapProgress | undefined
  },
  tenant: TenantId,
): Promise<KeyOverview> {
  const [rows, uses] = await Promise.all([o.rows.keysOf(tenant), o.rows.uses(tenant)])
  const objects = new Map(uses.map((use) => [use.tenant_key, use.objects]))
  const { provider, key } = o.place(tenant)
  return {
    state: o.state(tenant),
    provider: provider.id,
    key,
    keys: rows.map((row) => ({ ...row, wrapped: undefined, objects: objects.get(row.id) ?? 0 })),
    rewrap: o.progress(tenant),
  }
}
