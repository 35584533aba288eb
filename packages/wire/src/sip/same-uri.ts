import type { SipUri } from './uri.ts'

/** Parameters that never match an absence: RFC 3261 §19.1.4, `transport` by its examples. */
const telling = ['user', 'ttl', 'method', 'maddr', 'transport']

const unreserved = /^[\w\-.!~*'()]$/

/** An escape of a character that needs none is that character; other escapes compare without regard to case. */
function canonical(text: string): string {
  return text.replace(/%[\dA-Fa-f]{2}/g, (escape) => {
    const char = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return unreserved.test(char) ? char : escape.toUpperCase()
  })
}

function sameText(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined ? a === b : canonical(a) === canonical(b)
}

function sameAnyCase(a: string | undefined, b: string | undefined): boolean {
  return sameText(a?.toLowerCase(), b?.toLowerCase())
}

function sameParams(a: SipUri['params'], b: SipUri['params']): boolean {
  for (const name of telling) if (a.has(name) !== b.has(name)) return false
  for (const [name, value] of a) if (b.has(name) && !sameAnyCase(value, b.get(name))) return false
  return true
}

function headerSet(headers: string): string {
  return headers
    .split('&')
    .map((field) => canonical(field).toLowerCase())
    .sort()
    .join('&')
}

/** Whether two URIs name the same resource by RFC 3261 §19.1.4; outside `sip` and `sips`, whether they read the same. */
export function sameUri(a: SipUri, b: SipUri): boolean {
  if (a.scheme !== b.scheme || a.opaque !== b.opaque) return false
  const sameUser = sameText(a.user, b.user) && sameText(a.password, b.password)
  const samePlace = a.host.toLowerCase() === b.host.toLowerCase() && a.port === b.port
  return (
    sameUser && samePlace && sameParams(a.params, b.params) && headerSet(a.headers) === headerSet(b.headers)
  )
}
