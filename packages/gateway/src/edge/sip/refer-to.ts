import { decodeEscapes, parseNameAddr, parseUri, serializeUri } from '@voxkeep/wire/sip'
import { userPart } from './incoming-call.ts'
import { parseReplaces, serializeReplaces, type Replaces } from './replaces.ts'

/** Whom a REFER asks us to call. */
export interface ReferTo {
  /** A number, or a `sip:` URI without headers. */
  readonly to: string
  readonly replaces: Replaces | undefined
}

const maxLength = 1_024
const number = /^\+?[0-9]{2,20}$/

/**
 * The value of a Refer-To header (RFC 3515 §2.1). A number is told as such, from `tel:` and from a URI whose user
 * part is one (`+…`, or `user=phone`): whose host it names does not matter, for it goes over trunks of ours; what a URI carries besides its address is left behind, save an escaped Replaces. `undefined` for another
 * scheme or method, for two Replaces, and for what is malformed. Never throws.
 */
export function parseReferTo(value: string): ReferTo | undefined {
  if (value.length > maxLength) return undefined
  const uri = parseUri(parseNameAddr(value)?.uri ?? '')
  if (uri === undefined) return undefined
  if (uri.scheme === 'tel') {
    const to = userPart(serializeUri(uri)).replace(/[-.() ]/g, '')
    return number.test(to) ? { to, replaces: undefined } : undefined
  }
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return undefined
  if ((uri.params.get('method') ?? 'INVITE').toUpperCase() !== 'INVITE') return undefined
  const replaces = replacesIn(uri.headers)
  if (replaces === 'malformed') return undefined
  const user = userPart(serializeUri(uri))
  const isNumber = number.test(user) && (user.startsWith('+') || uri.params.get('user') === 'phone')
  if (isNumber) return { to: user, replaces }
  const { password: _, ...address } = uri
  return { to: serializeUri({ ...address, params: new Map(), headers: '' }), replaces }
}

function replacesIn(headers: string): Replaces | 'malformed' | undefined {
  const found = headers
    .replace(/^\?/, '')
    .split('&')
    .filter((header) => decodeEscapes(header.split('=')[0] ?? '').toLowerCase() === 'replaces')
  if (found.length === 0) return undefined
  const value = decodeEscapes(found[0]?.slice(found[0].indexOf('=') + 1 || Infinity) ?? '')
  return (found.length === 1 ? parseReplaces(value) : undefined) ?? 'malformed'
}

/** `uri` is a `sip:` URI without headers. */
export function serializeReferTo(uri: string, replaces?: Replaces): string {
  if (replaces === undefined) return `<${uri}>`
  return `<${uri}?Replaces=${encodeURIComponent(serializeReplaces(replaces))}>`
}

/**
 * Whether a target is on a list of numbers, prefixes such as `+1212*`, and URIs such as `sip:*@pbx.example.com`. In a URI
 * `*` stands for a user part; nothing else is a pattern.
 */
export function isOnList(to: string, list: readonly string[]): boolean {
  return list.some((entry) => matches(to, entry))
}

function matches(to: string, entry: string): boolean {
  if (!/^sips?:/i.test(entry)) {
    if (!number.test(to)) return false
    return entry.endsWith('*') ? to.startsWith(entry.slice(0, -1)) : to === entry
  }
  const [target, allowed] = [parseUri(to), parseUri(entry)]
  if (target === undefined || allowed === undefined) return false
  const isSameHost = target.host.toLowerCase() === allowed.host.toLowerCase() && target.port === allowed.port
  return (
    isSameHost && target.scheme === allowed.scheme && (allowed.user === '*' || target.user === allowed.user)
  )
}
