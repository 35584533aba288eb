import type { Config } from './config-schema.ts'

type Fault = [readonly (string | number)[], string]

/** References to a service need one that is named. */
export function secretFaults(config: Config): Fault[] {
  const kinds = new Map<string, string>(config.keys.providers.map(({ id, kind }) => [id, kind]))
  const named = (setting: 'vault' | 'aws', kind: string): Fault[] => {
    const name = config.secrets[setting]
    return name === undefined || kinds.get(name) === kind
      ? []
      : [[['secrets', setting], `there is no provider "${name}" of kind "${kind}" under "keys"`]]
  }
  const wanted = (prefix: string, setting: 'vault' | 'aws'): Fault[] => {
    if (config.secrets[setting] !== undefined) return []
    const path = pathOf(config, prefix)
    return path === undefined ? [] : [[path, `needs secrets.${setting}: where it is read`]]
  }
  return [
    ...named('vault', 'vault-transit'),
    ...named('aws', 'aws-kms'),
    ...wanted('vault:', 'vault'),
    ...wanted('aws-sm:', 'aws'),
  ]
}

/** Where the first text stands that begins so. */
function pathOf(value: unknown, prefix: string): (string | number)[] | undefined {
  if (typeof value === 'string') return value.startsWith(prefix) ? [] : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, part] of Object.entries(value)) {
    const below = pathOf(part, prefix)
    if (below) return [Array.isArray(value) ? Number(name) : name, ...below]
  }
  return undefined
}
