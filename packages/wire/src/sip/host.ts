import { trimBlanks } from './grammar.ts'

/** Where a message goes or came from; `host` in lower case, an IPv6 address in brackets. */
export interface HostPort {
  host: string
  port?: number
}

// Wider than RFC 3261 §25.1 `hostname` by the underscore, which private networks use in host names.
const name = /^[\da-z_](?:[\da-z_-]*[\da-z_])?(?:\.[\da-z_](?:[\da-z_-]*[\da-z_])?)*\.?$/i
const bracketedIpv6 = /^\[[\da-f:.]*:[\da-f:.]*\]$/i
const portDigits = /^\d{1,5}$/
const hostAndPort = /^(\[[^[\]]*\]|[^:[\]]*)(?::[ \t]*(\d+))?$/
const maxHostLength = 255 // RFC 1035 §2.3.4
const maxPort = 65_535

export function isHost(text: string): boolean {
  return text.length <= maxHostLength && (name.test(text) || bracketedIpv6.test(text))
}

/** `undefined` when malformed, a port of 0 or beyond 65535 included. */
export function splitHostPort(text: string): HostPort | undefined {
  const match = hostAndPort.exec(text)
  const host = trimBlanks(match?.[1] ?? '').toLowerCase()
  if (!isHost(host)) return undefined
  const digits = match?.[2]
  if (digits === undefined) return { host }
  const port = Number(digits)
  return portDigits.test(digits) && port > 0 && port <= maxPort ? { host, port } : undefined
}
