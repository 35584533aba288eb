import { providerFaults } from './config-checks-provider.ts'
import type { Config } from './config-schema.ts'

type Path = readonly (string | number)[]
type Fault = [Path, string]

/** A verifier that an app names exists, and may be given the voices of its tenant's callers. */
export function verifierFaults(config: Config): Fault[] {
  return config.apps.flatMap(({ tenant, verifier: named }, index): Fault[] => {
    if (named === undefined) return []
    const at = ['apps', index, 'verifier'] as const
    const verifier = config.verifiers.find(({ id }) => id === named)
    if (verifier === undefined) return [[at, `there is no engine "${named}" under "verifiers"`]]
    return providerFaults(config, tenant, verifier, `the verifier "${named}"`).map((fault) => [at, fault])
  })
}
