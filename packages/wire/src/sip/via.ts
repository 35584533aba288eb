import { isToken, trimBlanks } from './grammar.ts'
import { splitHostPort } from './host.ts'
import type { SipMessage } from './message.ts'
import { parseParams, serializeParams, type Params } from './params.ts'

/** One value of a Via (RFC 3261 §20.42): `SIP/2.0/TLS host:port;branch=…`. */
export interface Via {
  /** `SIP/2.0` in every message of this protocol's one version. */
  protocol: string
  /** Upper case: `TLS`, `UDP`, or what an extension names. */
  transport: string
  /** Lower case; an IPv6 address keeps its brackets. */
  host: string
  port?: number
  params: Params
}

const viaPattern = /^([^\s/]+)[ \t]*\/[ \t]*([^\s/]+)[ \t]*\/[ \t]*([^\s/]+)[ \t]+([^;]+)(;.*)?$/s

/** `undefined` when malformed. Takes one value: split a header's list with `SipHeaders.getAll('Via')`. */
export function parseVia(text: string): Via | undefined {
  const match = viaPattern.exec(trimBlanks(text))
  if (match === null) return undefined
  const [, name = '', version = '', transport = '', sentBy = '', tail = ''] = match
  const hostPort = splitHostPort(trimBlanks(sentBy))
  const params = parseParams(tail)
  if (hostPort === undefined || params === undefined) return undefined
  if (!isToken(name) || !isToken(version) || !isToken(transport)) return undefined
  return {
    protocol: `${name}/${version}`.toUpperCase(),
    transport: transport.toUpperCase(),
    ...hostPort,
    params,
  }
}

export function serializeVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`
  return `${via.protocol}/${via.transport} ${via.host}${port}${serializeParams(via.params)}`
}

/** The topmost Via: whom a response goes back to. */
export function topVia(message: SipMessage): Via | undefined {
  const value = message.headers.getAll('Via')[0]
  return value === undefined ? undefined : parseVia(value)
}
