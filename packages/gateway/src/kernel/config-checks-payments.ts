import type { Config } from './config-schema.ts'

type Fault = [readonly (string | number)[], string]

/** What the schema alone cannot say of payments: names that must be one of a kind, and regions that must fit. */
export function paymentFaults({ payments, tenants, tokenVault }: Config): Fault[] {
  const twice = payments.providers.flatMap(({ id }, index): Fault[] =>
    payments.providers.findIndex((other) => other.id === id) === index
      ? []
      : [[['payments', 'providers', index, 'id'], `there is another "${id}"`]],
  )
  const away = payments.providers.flatMap(({ id, region, tenants: named = [] }, index) =>
    named.flatMap((name, at): Fault[] => {
      const regions = tenants.find((tenant) => tenant.id === name)?.regions
      if (regions === undefined || (region !== undefined && regions.includes(region))) return []
      const where = region === undefined ? 'does not say in which region it is' : `is in "${region}"`
      return [
        [
          ['payments', 'providers', index, 'tenants', at],
          `"${id}" ${where}, but tenant "${name}" may only be in ${regions.join(', ')}`,
        ],
      ]
    }),
  )
  const policies = tokenVault.tenants.flatMap(({ id }, index): Fault[] =>
    tokenVault.tenants.findIndex((other) => other.id === id) === index
      ? []
      : [[['tokenVault', 'tenants', index, 'id'], `there is another "${id}"`]],
  )
  return [...twice, ...away, ...policies]
}
