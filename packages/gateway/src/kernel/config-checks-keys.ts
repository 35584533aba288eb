import type { Config } from './config-schema.ts'
import { keyPlaceOf, systemTenant, tenantsOf } from './config-tenants.ts'

type Fault = [readonly (string | number)[], string]

/** What the schema alone cannot say of keys: names that must exist, and one that must not. */
export function keyFaults(config: Config): Fault[] {
  const { keys, tenants, apps, trunks } = config
  const known = new Set(keys.providers.map(({ id }) => id))
  const stray = (path: Fault[0], name: string | undefined): Fault[] =>
    name === undefined || known.has(name) ? [] : [[path, `there is no provider "${name}" under "keys"`]]
  const reserved = (path: Fault[0], name: string): Fault[] =>
    name === (systemTenant as string)
      ? [[path, `"${systemTenant}" stands for the node itself; name the tenant otherwise`]]
      : []
  const twice = keys.providers.flatMap(({ id }, index): Fault[] =>
    keys.providers.findIndex((other) => other.id === id) === index
      ? []
      : [[['keys', 'providers', index, 'id'], `there is another "${id}"`]],
  )
  return [
    ...twice,
    ...sharedKeys(config),
    ...stray(['keys', 'provider'], keys.provider),
    ...tenants.flatMap(({ id, keys: own }, index) => [
      ...reserved(['tenants', index, 'id'], id),
      ...stray(['tenants', index, 'keys', 'provider'], own?.provider),
    ]),
    ...apps.flatMap(({ tenant }, index) => reserved(['apps', index, 'tenant'], tenant)),
    ...trunks.flatMap(({ tenant }, index) => reserved(['trunks', index, 'tenant'], tenant)),
  ]
}

/** Whoever destroys one tenant's key must not take another's data along. */
function sharedKeys(config: Config): Fault[] {
  const owners = new Map<string, string>()
  return [systemTenant, ...tenantsOf(config)].flatMap((tenant): Fault[] => {
    const { provider, key } = keyPlaceOf(config, tenant)
    const owner = owners.get(`${provider} ${key}`)
    owners.set(`${provider} ${key}`, tenant)
    if (owner === undefined) return []
    const index = config.tenants.findIndex(({ id }) => id === (tenant as string))
    const path = index === -1 ? ['keys', 'keyName'] : ['tenants', index, 'keys', 'key']
    return [[path, `"${owner}" and "${tenant}" would share the key "${key}" of "${provider}"`]]
  })
}
