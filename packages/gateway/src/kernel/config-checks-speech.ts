import { providerFaults } from './config-checks-provider.ts'
import type { Config } from './config-schema.ts'

type Path = readonly (string | number)[]
type Fault = [Path, string]

/** An engine that a tenant's policy names may hear it: it is in the tenant's regions, and has the opt-out that it requires. */
export function speechFaults(config: Config): Fault[] {
  const tenants = config.tenants.flatMap(({ id, privacy }, index) =>
    judge(config, id, privacy, ['tenants', index, 'privacy']),
  )
  const apps = config.apps.flatMap(({ tenant, privacy }, index) =>
    judge(config, tenant, privacy, ['apps', index, 'privacy']),
  )
  return [...tenants, ...apps]
}

function judge(config: Config, tenant: string, policy: string | undefined, at: Path): Fault[] {
  const named = config.privacy.policies.find(({ id }) => id === policy)?.engine
  const engine = config.speech.engines.find(({ id }) => id === named)
  if (engine === undefined) return [] // said elsewhere, where it is a fault
  return providerFaults(config, tenant, engine, `its engine "${engine.id}"`).map((fault) => [at, fault])
}
