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

function judge(
  { node, privacy, speech, tenants }: Config,
  tenant: string,
  policy: string | undefined,
  at: Path,
): Fault[] {
  const named = privacy.policies.find(({ id }) => id === policy)?.engine
  const engine = speech.engines.find(({ id }) => id === named)
  if (engine === undefined) return [] // said elsewhere, where it is a fault
  const own = tenants.find(({ id }) => id === tenant)
  const place = engine.region ?? (engine.kind === 'command' ? node.region : undefined)
  const away: Fault[] =
    own?.regions === undefined || (place !== undefined && own.regions.includes(place))
      ? []
      : [[at, `its engine "${engine.id}" is not in a region that tenant "${tenant}" may be in`]]
  const trains: Fault[] =
    engine.trainingOptOut || own?.speech?.trainingOptOut === 'any'
      ? []
      : [[at, `its engine "${engine.id}" has no trainingOptOut, which tenant "${tenant}" requires`]]
  return [...away, ...trains]
}
