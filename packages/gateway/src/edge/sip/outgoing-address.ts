import { encodeUser, parseUri, serializeNameAddr, serializeUri, type SipUri } from '@voxkeep/wire/sip'
import type { TrunkOutbound } from './trunk.ts'

/** Where a call of ours is addressed to and from, as its INVITE says it. */
export interface CallAddresses {
  readonly requestUri: string
  /** Name-addrs without tags. */
  readonly from: string
  readonly to: string
}

const maxUserLength = 128 // as long as what we show of callers
const maxNameLength = 128
const control = /\p{C}/u
const digits = /^\+\d+$/

/**
 * The addresses of a call. Everything that could not stand in a user part is escaped, so that no number or name can add a
 * parameter, a host or a header; `undefined` when there is nothing sound to call.
 */
export function callAddresses(
  call: { readonly to: string; readonly from: string; readonly displayName?: string },
  trunk: Pick<TrunkOutbound, 'host' | 'port' | 'domain'>,
): CallAddresses | undefined {
  const target = /^[a-z][a-z\d+.-]*:/i.test(call.to)
    ? wholeUri(call.to)
    : userAt(call.to, trunk.domain, portOf(trunk))
  const from = call.from === '' ? anonymous : userAt(call.from, trunk.domain)
  if (target === undefined || from === undefined) return undefined
  const displayName = (call.displayName ?? '').replace(/\p{C}/gu, ' ').trim().slice(0, maxNameLength)
  return {
    requestUri: serializeUri(overTls(target)),
    from: serializeNameAddr({
      ...(displayName !== '' && { displayName }),
      uri: serializeUri({ ...from, params: new Map() }),
      params: new Map(),
    }),
    to: `<${serializeUri(target)}>`,
  }
}

/** RFC 5630 §3.1.4: `sips` says it already, for every hop. */
function overTls(uri: SipUri): SipUri {
  return uri.scheme === 'sips' ? uri : { ...uri, params: new Map([...uri.params, ['transport', 'tls']]) }
}

/** RFC 3323 §4.1.1.3. */
const anonymous: SipUri = uriAt('anonymous', 'anonymous.invalid')

/** Where no domain was configured the peer itself is who we call, and its port belongs to its name. */
function portOf(trunk: Pick<TrunkOutbound, 'host' | 'port' | 'domain'>): number | undefined {
  return trunk.domain.replace(/^\[(.*)\]$/, '$1') === trunk.host ? trunk.port : undefined
}

function userAt(user: string, host: string, port?: number): SipUri | undefined {
  if (user === '' || user.length > maxUserLength || control.test(user)) return undefined
  // A semicolon or question mark may stand in a user part, but there are those who read a parameter or a header in it.
  const encoded = encodeUser(user).replace(/[;?]/g, (char) => (char === ';' ? '%3B' : '%3F'))
  const uri = uriAt(encoded, host.toLowerCase(), port)
  if (digits.test(user)) uri.params.set('user', 'phone') // RFC 3261 §19.1.6
  return parseUri(serializeUri(uri)) === undefined ? undefined : uri
}

function uriAt(user: string, host: string, port?: number): SipUri {
  return { scheme: 'sip', user, host, params: new Map(), headers: '', ...(port !== undefined && { port }) }
}

/**
 * A `sip:` URI that somebody allowed as a whole. What could lead elsewhere than its host says (`maddr`, headers, a
 * password) is refused rather than dropped: it was not what was allowed.
 */
function wholeUri(text: string): SipUri | undefined {
  const uri = parseUri(text)
  if (uri === undefined || uri.opaque !== undefined || text.length > 2 * maxUserLength) return undefined
  if (uri.password !== undefined || uri.headers !== '') return undefined
  const params = new Map(uri.params)
  params.delete('transport') // ours to say
  const strays = [...params.keys()].filter((name) => name !== 'user')
  return strays.length === 0 ? { ...uri, params } : undefined
}
