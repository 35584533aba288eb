import type { Config } from './config-schema.ts'

/** Why a tenant's calls would be refused to an engine or a voice, whatever they hold; `named` begins the sentence. */
export function providerFaults(
  { node, tenants }: Config,
  tenant: string,
  one: { readonly kind: string; readonly region?: string | undefined; readonly trainingOptOut: boolean },
  named: string,
): readonly string[] {
  const own = tenants.find(({ id }) => id === tenant)
  const place = one.region ?? (one.kind === 'command' ? node.region : undefined)
  const isAway = own?.regions !== undefined && (place === undefined || !own.regions.includes(place))
  const trains = !one.trainingOptOut && own?.speech?.trainingOptOut !== 'any'
  return [
    ...(isAway ? [`${named} is not in a region that tenant "${tenant}" may be in`] : []),
    ...(trains ? [`${named} has no trainingOptOut, which tenant "${tenant}" requires`] : []),
  ]
}
