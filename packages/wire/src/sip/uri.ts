import { splitHostPort } from './host.ts'
import { serializeParams, type Params } from './params.ts'

/**
 * A `sip:` or `sips:` URI in its parts (RFC 3261 §19.1). Parts keep their `%` escapes. Parameter names are lower-cased.
 * For every other scheme `opaque` holds all that follows the colon and the other parts are empty.
 */
export interface SipUri {
  scheme: 'sip' | 'sips' | 'tel' | (string & {})
  user?: string
  password?: string
  /** Lower case; an IPv6 address keeps its brackets. */
  host: string
  port?: number
  params: Params
  /** What follows `?`, or ''. */
  headers: string
  opaque?: string
}

const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]*):([\u0021-\u007e]+)$/
// Wider than RFC 3261 §25.1 by `#`, which phones dial unescaped.
const userPattern = /^(?:[\w\-.!~*'()&=+$,;?/#]|%[\dA-Fa-f]{2})+$/
const passwordPattern = /^(?:[\w\-.!~*'()&=+$,]|%[\dA-Fa-f]{2})*$/
const paramPattern = /^(?:[\w\-.!~*'()[\]/:&+$]|%[\dA-Fa-f]{2})+$/
const headersPattern = /^(?:[\w\-.!~*'()[\]/?:+$&=]|%[\dA-Fa-f]{2})+$/

type UserInfo = Pick<SipUri, 'user' | 'password'>

function parseUserInfo(text: string): UserInfo | undefined {
  const colon = text.indexOf(':')
  const user = colon < 0 ? text : text.slice(0, colon)
  if (!userPattern.test(user)) return undefined
  if (colon < 0) return { user }
  const password = text.slice(colon + 1)
  return passwordPattern.test(password) ? { user, password } : undefined
}

function parseUriParams(text: string): Params | undefined {
  const params: Params = new Map()
  for (const part of text.split(';')) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).toLowerCase()
    const value = equals < 0 ? undefined : part.slice(equals + 1)
    if (!paramPattern.test(name) || (value !== undefined && !paramPattern.test(value))) return undefined
    // RFC 3261 §19.1.1 allows a name once; phones in the field (baresip 1.0) repeat `transport`: the first counts.
    if (!params.has(name)) params.set(name, value)
  }
  return params
}

function parseSipUri(scheme: string, text: string): SipUri | undefined {
  // `?` and `;` may stand in a user part, so the last `@` is looked for before either.
  const at = text.lastIndexOf('@')
  const userInfo = at < 0 ? {} : parseUserInfo(text.slice(0, at))
  const rest = text.slice(at + 1)
  const question = rest.indexOf('?')
  const headers = question < 0 ? '' : rest.slice(question + 1)
  const place = question < 0 ? rest : rest.slice(0, question)
  const semicolon = place.indexOf(';')
  const hostPort = splitHostPort(semicolon < 0 ? place : place.slice(0, semicolon))
  const params: Params | undefined = semicolon < 0 ? new Map() : parseUriParams(place.slice(semicolon + 1))
  if (userInfo === undefined || hostPort === undefined || params === undefined) return undefined
  if (question >= 0 && !headersPattern.test(headers)) return undefined
  return { scheme, ...userInfo, ...hostPort, params, headers }
}

/** `undefined` when malformed. A scheme this folder does not know is kept opaque: it is the caller's to refuse (416). */
export function parseUri(text: string): SipUri | undefined {
  const match = schemePattern.exec(text)
  const rest = match?.[2]
  if (match?.[1] === undefined || rest === undefined) return undefined
  const scheme = match[1].toLowerCase()
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(scheme, rest)
  return { scheme, host: '', params: new Map(), headers: '', opaque: rest }
}

export function serializeUri(uri: SipUri): string {
  if (uri.opaque !== undefined) return `${uri.scheme}:${uri.opaque}`
  const password = uri.password === undefined ? '' : `:${uri.password}`
  const userInfo = uri.user === undefined ? '' : `${uri.user}${password}@`
  const port = uri.port === undefined ? '' : `:${uri.port}`
  const headers = uri.headers === '' ? '' : `?${uri.headers}`
  return `${uri.scheme}:${userInfo}${uri.host}${port}${serializeParams(uri.params)}${headers}`
}
