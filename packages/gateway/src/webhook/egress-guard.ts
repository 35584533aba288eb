import { lookup as systemLookup } from 'node:dns/promises'
import { WebhookError } from './errors.ts'
import { mayReach, parseAddress, parseRange, type AllowList } from './special-addresses.ts'

/** An address that may be connected to. Connect to it and to nothing else: resolving again would let the answer change. */
export interface Approved {
  readonly address: string
  readonly family: 4 | 6
  /** In place of the URL's. */
  readonly port?: number
}

/** All addresses of a host name, in the order in which to try them. */
export type Lookup = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>

export interface EgressGuard {
  /**
   * Resolves the URL's host and picks the first address that may be reached. Rejects with `WebhookError` `EGRESS_…` when there is none.
   */
  resolve(url: string | URL): Promise<Approved>
}

/**
 * Stands between the gateway and every address that an app names: without it an app's answer could make the gateway read the
 * private network or a cloud's credentials (SSRF).
 *
 * @param options.allowPrivate - Ranges (CIDR) that may be reached although they are private. Throws `WebhookError` on a bad one.
 * @param options.connectTo - Where to connect to for a `host:port`, in place of what its name says: `address:port`, which the operator
 * vouches for. Certificate, `Host` and signature stay those of the URL.
 */
export function egressGuard(options: {
  allowPrivate: readonly string[]
  connectTo?: Readonly<Record<string, string>>
  lookup?: Lookup
}): EgressGuard {
  const allowed: AllowList = options.allowPrivate.map((text) => {
    const range = parseRange(text)
    if (!range)
      throw new WebhookError('WEBHOOK_ALLOW_LIST_INVALID', `egress.allowPrivate: "${text}" is no CIDR range`)
    return range
  })
  const elsewhere = new Map(
    Object.entries(options.connectTo ?? {}).map(([from, to]) => [from.toLowerCase(), placeOf(to)]),
  )
  const lookup = options.lookup ?? ((host) => systemLookup(host, { all: true, order: 'verbatim' }))
  return {
    async resolve(url) {
      const host = hostOf(url)
      const instead = elsewhere.get(originOf(url))
      if (instead !== undefined) return instead
      const found = parseAddress(host) ? [host] : await addressesOf(host, lookup)
      const approved = found.find((address) => mayReach(address, allowed))
      const address = approved === undefined ? undefined : parseAddress(approved)
      if (address) return { address: address.toString(), family: address.kind() === 'ipv4' ? 4 : 6 }
      throw new WebhookError(
        'EGRESS_ADDRESS_REFUSED',
        'the host has only addresses that webhooks and streams may not reach; egress.allowPrivate can name exceptions',
      )
    },
  }
}

/** The WHATWG parser has already spelled out octal, hexadecimal and shortened IPv4 addresses. */
function hostOf(url: string | URL): string {
  const parsed = URL.parse(url)
  const isAllowed = parsed?.protocol === 'https:' || parsed?.protocol === 'wss:'
  if (!parsed || !isAllowed || parsed.username !== '' || parsed.password !== '') {
    throw new WebhookError(
      'EGRESS_URL_REFUSED',
      'only https: and wss: URLs without credentials can be reached',
    )
  }
  return parsed.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** Of a URL that `hostOf` accepted: `host:port`, the port spelled out. */
function originOf(url: string | URL): string {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port === '' ? '443' : port}`
}

function placeOf(text: string): Approved {
  const match = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text)
  const address = parseAddress(match?.[1] ?? match?.[2] ?? '')
  const port = Number(match?.[3])
  if (!address || port < 1 || port > 65_535)
    throw new WebhookError(
      'WEBHOOK_ALLOW_LIST_INVALID',
      `egress.connectTo: "${text}" is no address with a port`,
    )
  return { address: address.toString(), family: address.kind() === 'ipv4' ? 4 : 6, port }
}

async function addressesOf(host: string, lookup: Lookup): Promise<string[]> {
  try {
    const found = await lookup(host)
    if (found.length > 0) return found.map(({ address }) => address)
  } catch (cause) {
    throw new WebhookError('EGRESS_NAME_UNKNOWN', 'the host name has no address', { cause })
  }
  throw new WebhookError('EGRESS_NAME_UNKNOWN', 'the host name has no address')
}
