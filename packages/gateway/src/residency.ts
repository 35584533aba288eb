import type { AppConfig, Config, TenantId, TrunkId } from '#kernel'

/** What keeps a call off this node; undefined: nothing. */
export type RegionRefusal = 'tenant' | 'trunk' | undefined

export type Residency = (call: {
  readonly tenant: TenantId
  readonly trunk?: TrunkId | undefined
}) => RegionRefusal

/** Judges calls by where this node is. A node that does not say where it is lets nobody in who is tied to a region. */
export function residency({ node, tenants, trunks }: Config): Residency {
  const away = (regions: readonly string[] | undefined) =>
    regions !== undefined && (node.region === undefined || !regions.includes(node.region))
  const tenantsAway = new Set(tenants.filter(({ regions }) => away(regions)).map(({ id }) => id))
  const trunksAway = new Set(trunks.filter(({ regions }) => away(regions)).map(({ id }) => id))
  return ({ tenant, trunk }) => {
    if (tenantsAway.has(tenant)) return 'tenant'
    return trunk !== undefined && trunksAway.has(trunk) ? 'trunk' : undefined
  }
}

/** Something that an app named lies outside its tenant’s regions, or does not say where it is. */
export class RegionError extends Error {
  override readonly name = 'RegionError'
  readonly code = 'REGION_REFUSED'
}

/** Throws `RegionError` for a URL whose host may not be reached for this app. */
export function regionGuard(config: Config, app: AppConfig): (url: string) => void {
  const regions = config.tenants.find(({ id }) => id === app.tenant)?.regions
  if (regions === undefined) return () => {}
  const allowed = new Set(
    app.endpoints?.filter(({ region }) => regions.includes(region)).map(({ host }) => host.toLowerCase()),
  )
  return (url) => {
    if (!allowed.has(new URL(url).hostname.toLowerCase()))
      throw new RegionError('the host is not in a region that the tenant’s data may go to')
  }
}

/** The app with those of its trunks for outbound calls that may be used on this node. */
export function reachableTrunks<App extends Pick<AppConfig, 'tenant' | 'dialing'>>(
  app: App,
  where: Residency,
): App {
  const { dialing } = app
  if (dialing === undefined) return app
  const trunks = dialing.trunks.filter(
    (trunk) => where({ tenant: app.tenant as TenantId, trunk: trunk as TrunkId }) !== 'trunk',
  )
  return { ...app, dialing: { ...dialing, trunks } }
}
