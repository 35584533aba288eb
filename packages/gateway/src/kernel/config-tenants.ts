import type { Config } from './config-schema.ts'
import type { TenantId } from './ids.ts'

/** Stands for the node itself in what is kept by tenant. No tenant may take the name. */
export const systemTenant = 'system' as TenantId

/** Every tenant that a configuration knows, the one that is meant where none is named included; without the node itself. */
export function tenantsOf({ tenants, apps, trunks }: Config): TenantId[] {
  const names = [
    'default',
    ...tenants.map(({ id }) => id),
    ...apps.map(({ tenant }) => tenant),
    ...trunks.map(({ tenant }) => tenant),
  ]
  return [...new Set(names)] as TenantId[]
}

/** Which provider's key wraps a tenant's keys: its own, or the one that the template makes for it. */
export function keyPlaceOf(
  { keys, tenants }: Config,
  tenant: TenantId,
): { readonly provider: string; readonly key: string } {
  const own = tenants.find(({ id }) => id === (tenant as string))?.keys
  return {
    provider: own?.provider ?? keys.provider ?? keys.providers[0]?.id ?? '',
    key: own?.key ?? keys.keyName.replaceAll('{tenant}', tenant),
  }
}
