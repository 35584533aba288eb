import { lookup, Resolver as DnsResolver } from 'node:dns/promises'

export interface SrvRecord {
  /** Lower case; '' where the record says that there is no such service. */
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
  readonly ttlS: number
}

export interface AddressRecord {
  readonly address: string
  readonly ttlS: number
}

/** Asks DNS. An empty answer and a failure are both `[]`; never rejects. */
export interface Resolver {
  srv(name: string): Promise<readonly SrvRecord[]>
  addresses(name: string): Promise<readonly AddressRecord[]>
}

const unknownTtlS = 30 // Node tells none for SRV, and the system's own resolver tells none at all
const query = { timeout: 1_500, tries: 2 } // a call waits for this

/**
 * The system's name servers, or `servers` (`address:port`). Names that DNS does not know are looked up the system's way too,
 * so that a hosts file counts; names without a dot are looked up that way only.
 */
export function systemResolver(servers?: readonly string[]): Resolver {
  const dns = new DnsResolver(query)
  if (servers) dns.setServers([...servers])
  return {
    async srv(name) {
      if (!isQualified(name.replace(/^(?:_[^.]+\.)+/, ''))) return []
      const records = await orNone(dns.resolveSrv(name))
      return records.map(({ name: target, port, priority, weight }) => {
        return { name: bare(target), port, priority, weight, ttlS: unknownTtlS }
      })
    },
    async addresses(name) {
      const [v4, v6] = isQualified(name)
        ? await Promise.all([
            orNone(dns.resolve4(name, { ttl: true })),
            orNone(dns.resolve6(name, { ttl: true })),
          ])
        : [[], []]
      const found = [...v4, ...v6].map(({ address, ttl }) => ({ address, ttlS: ttl }))
      if (found.length > 0) return found
      const looked = await orNone(lookup(name, { all: true }))
      return looked.map(({ address }) => ({ address, ttlS: unknownTtlS }))
    },
  }
}

function isQualified(name: string): boolean {
  return name.includes('.')
}

/** Without the root's dot. */
function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

async function orNone<T>(asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked
  } catch {
    return []
  }
}
