import { parseAlgorithm, parseDigestFields, type DigestAlgorithm } from './digest-fields.ts'
import { quote } from './params.ts'

/** The value of an Authorization or Proxy-Authorization header: RFC 7616 §3.4. */
export interface DigestAuthorization {
  username: string
  realm: string
  nonce: string
  uri: string
  /** Lower-case hex. */
  response: string
  algorithm: DigestAlgorithm
  opaque?: string
  /** Absent from clients of RFC 2069's age, and the next two with it. */
  qop?: 'auth' | 'auth-int'
  cnonce?: string
  nonceCount?: number
}

const hex = /^[\da-f]{32,128}$/
const countHex = /^[\da-f]{8}$/i

function parseProtection(fields: Map<string, string>): Partial<DigestAuthorization> | undefined {
  const qop = fields.get('qop')?.toLowerCase()
  if (qop === undefined) return {}
  const cnonce = fields.get('cnonce')
  const count = fields.get('nc') ?? ''
  if ((qop !== 'auth' && qop !== 'auth-int') || cnonce === undefined || !countHex.test(count))
    return undefined
  return { qop, cnonce, nonceCount: Number.parseInt(count, 16) }
}

/** `undefined` when malformed, of another scheme, or with an algorithm not spoken here: no credentials, then. */
export function parseAuthorization(text: string): DigestAuthorization | undefined {
  const fields = parseDigestFields(text)
  if (fields === undefined) return undefined
  const [username, realm, nonce, uri] = ['username', 'realm', 'nonce', 'uri'].map((name) => fields.get(name))
  if (username === undefined || realm === undefined || nonce === undefined || uri === undefined)
    return undefined
  const algorithm = parseAlgorithm(fields.get('algorithm'))
  const response = fields.get('response')?.toLowerCase() ?? ''
  const protection = parseProtection(fields)
  if (algorithm === undefined || protection === undefined || !hex.test(response)) return undefined
  const opaque = fields.get('opaque')
  const base = { username, realm, nonce, uri, response, algorithm, ...protection }
  return opaque === undefined ? base : { ...base, opaque }
}

/** `nc` as it is written and hashed: eight hex digits. */
export function nonceCountText(nonceCount: number): string {
  return nonceCount.toString(16).padStart(8, '0')
}

export function serializeAuthorization(authorization: DigestAuthorization): string {
  const { username, realm, nonce, uri, response, algorithm, opaque, qop, cnonce, nonceCount } = authorization
  const fields = [`username=${quote(username)}`, `realm=${quote(realm)}`, `nonce=${quote(nonce)}`]
  fields.push(`uri=${quote(uri)}`, `response="${response}"`, `algorithm=${algorithm}`)
  if (opaque !== undefined) fields.push(`opaque=${quote(opaque)}`)
  if (qop !== undefined) fields.push(`qop=${qop}`)
  if (cnonce !== undefined) fields.push(`cnonce=${quote(cnonce)}`)
  if (nonceCount !== undefined) fields.push(`nc=${nonceCountText(nonceCount)}`)
  return `Digest ${fields.join(', ')}`
}
