import { parseNameAddr, parseUri, serializeUri, type SipResponse, type SipUri } from '@voxkeep/wire/sip'

/** How often one call may be sent on: two changes of a number's route are rare, and three are a loop. */
export const maxRedirects = 3

const maxContacts = 8

/**
 * Where a 3xx may take a call: to the first of its Contacts on the same host and port that is the same number or name, with
 * other parameters (a ported number's route, a trunk group). Whoever answers for a number must not make us call
 * another one, which nobody allowed: so `undefined` for anything else, and for what was tried.
 */
export function redirectTarget(
  response: SipResponse,
  requestUri: string,
  tried: ReadonlySet<string>,
): string | undefined {
  const asked = parseUri(requestUri)
  if (asked === undefined || response.status < 300 || response.status > 399) return undefined
  for (const contact of response.headers.getAll('Contact').slice(0, maxContacts)) {
    const uri = parseUri(parseNameAddr(contact)?.uri ?? '')
    if (uri === undefined || !isSamePlace(uri, asked) || numberOf(uri) !== numberOf(asked)) continue
    const target = serializeUri({ ...uri, params: asked.params, headers: '' })
    if (!tried.has(target)) return target
  }
  return undefined
}

function isSamePlace(uri: SipUri, asked: SipUri): boolean {
  const isSip = uri.opaque === undefined && uri.password === undefined && uri.scheme === asked.scheme
  return (
    isSip && uri.host === asked.host && (uri.port ?? asked.port) === asked.port && !uri.params.has('maddr')
  )
}

/** RFC 3261 §19.1.6: a telephone number's own parameters (RFC 4694's among them) stand within the user part. */
function numberOf(uri: SipUri): string | undefined {
  return uri.user?.split(';')[0]
}
