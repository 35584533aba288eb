import type { Config } from './config-schema.ts'
import { keyPlaceOf } from './config-tenants.ts'
import type { TenantId } from './ids.ts'

type Path = (string | number)[]
type Fault = [path: Path, message: string]
type Tenant = Config['tenants'][number]

/**
 * What of a tenant that is tied to regions would leave them, as far as the configuration alone says: its stores, its key, its
 * app’s endpoints, collectors, the database. What does not say where it is counts as elsewhere.
 */
export function residencyFaults(config: Config): Fault[] {
  return config.tenants.flatMap((tenant, index) => {
    const { regions } = tenant
    if (regions === undefined) return []
    const judge = (path: Path, what: string, place: string | undefined): Fault[] =>
      place !== undefined && regions.includes(place)
        ? []
        : [
            [
              path,
              `${what} ${place === undefined ? 'does not say in which region it is' : `is in "${place}"`}, but tenant "${tenant.id}" may only be in ${regions.join(', ')}`,
            ],
          ]
    const at: Path = ['tenants', index, 'regions']
    const node: Fault[] =
      config.node.region === undefined
        ? [[at, 'node.region must say where this node is, now that a tenant is tied to regions']]
        : []
    return [
      ...node,
      ...storeFaults(config, tenant, at, judge),
      ...keyFault(config, tenant, at, judge),
      ...endpointFaults(config, tenant, judge),
      ...collectorFaults(config, tenant, judge),
      ...databaseFault(config, at, judge),
      ...reviewFaults(config, tenant, judge),
    ]
  })
}

/** Words leave for a presidio-analyzer that one of its policies names. */
function reviewFaults({ privacy, apps }: Config, tenant: Tenant, judge: Judge): Fault[] {
  const own = apps.filter((app) => app.tenant === tenant.id).map((app) => app.privacy)
  const used = new Set([tenant.privacy, ...own])
  return privacy.policies.flatMap(({ id, presidio }, index) =>
    presidio === undefined || !used.has(id)
      ? []
      : judge(
          ['privacy', 'policies', index, 'presidio'],
          `the presidio-analyzer of the policy "${id}"`,
          presidio.region,
        ),
  )
}

type Judge = (path: Path, what: string, place: string | undefined) => Fault[]

/** On a node outside the tenant's regions nothing of it is stored: its calls are refused there. */
function isHere({ node }: Config, { regions }: Tenant): boolean {
  return node.region !== undefined && regions?.includes(node.region) === true
}

function storeFaults(config: Config, tenant: Tenant, at: Path, judge: Judge): Fault[] {
  const { place, stores, tenants } = config.objects
  const own = tenants.find(({ id }) => id === tenant.id)?.place
  const kinds = ['audio', 'transcript', 'analytics', 'audit'] as const
  const names = new Set<string>(kinds.map((kind) => own?.[kind] ?? place[kind] ?? 'local'))
  if (place.backup !== undefined) names.add(place.backup)
  return [...names].flatMap((name) => {
    const store = stores.find(({ id }) => id === name)
    if (store === undefined && (name !== 'local' || !isHere(config, tenant))) return []
    return judge(at, `the store "${name}"`, store === undefined ? config.node.region : store.region)
  })
}

function keyFault(config: Config, tenant: Tenant, at: Path, judge: Judge): Fault[] {
  const { provider: name } = keyPlaceOf(config, tenant.id as TenantId)
  const provider = config.keys.providers.find(({ id }) => id === name)
  if (provider === undefined) return [] // said elsewhere
  if (provider.kind === 'local' && provider.region === undefined && !isHere(config, tenant)) return []
  const place = provider.kind === 'local' ? (provider.region ?? config.node.region) : provider.region
  return judge(at, `the key provider "${name}"`, place)
}

function endpointFaults(config: Config, tenant: Tenant, judge: Judge): Fault[] {
  return config.apps.flatMap((app, index) => {
    if (app.tenant !== tenant.id) return []
    const { url, fallbackUrl, eventsUrl } = app.webhook
    const named = {
      'webhook.url': url,
      'webhook.fallbackUrl': fallbackUrl,
      'webhook.eventsUrl': eventsUrl,
      'twilio.statusCallback.url': app.twilio?.statusCallback?.url,
    }
    return Object.entries(named).flatMap(([name, address]) => {
      if (address === undefined) return []
      const host = new URL(address).hostname
      const place = app.endpoints?.find((endpoint) => endpoint.host === host)?.region
      return judge(['apps', index, ...name.split('.')], `"${host}" (see its app’s \`endpoints\`)`, place)
    })
  })
}

function collectorFaults({ siem }: Config, tenant: Tenant, judge: Judge): Fault[] {
  return siem.collectors.flatMap((collector, index) =>
    collector.tenants !== undefined && !collector.tenants.includes(tenant.id)
      ? []
      : judge(['siem', 'collectors', index], `the collector "${collector.id}"`, collector.region),
  )
}

function databaseFault(config: Config, at: Path, judge: Judge): Fault[] {
  const { database } = config
  return database.kind === 'embedded' ? [] : judge(at, 'the database', database.region)
}
