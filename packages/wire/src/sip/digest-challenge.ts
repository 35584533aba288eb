import { parseAlgorithm, parseDigestFields, type DigestAlgorithm } from './digest-fields.ts'
import { trimBlanks } from './grammar.ts'
import { quote } from './params.ts'

/** The value of a WWW-Authenticate or Proxy-Authenticate header: RFC 7616 §3.3, RFC 8760. */
export interface DigestChallenge {
  realm: string
  nonce: string
  algorithm: DigestAlgorithm
  /** Absent from servers of RFC 2069's age. */
  qop?: string[]
  opaque?: string
  stale?: boolean
}

/** `undefined` when malformed, or when it asks for what is not spoken here and is to be passed over. */
export function parseChallenge(text: string): DigestChallenge | undefined {
  const fields = parseDigestFields(text)
  const realm = fields?.get('realm')
  const nonce = fields?.get('nonce')
  const algorithm = parseAlgorithm(fields?.get('algorithm'))
  if (fields === undefined || realm === undefined || nonce === undefined || algorithm === undefined)
    return undefined
  const challenge: DigestChallenge = { realm, nonce, algorithm }
  const qop = fields.get('qop')?.toLowerCase().split(',').map(trimBlanks)
  if (qop !== undefined) {
    if (!qop.includes('auth') && !qop.includes('auth-int')) return undefined
    challenge.qop = qop
  }
  const opaque = fields.get('opaque')
  if (opaque !== undefined) challenge.opaque = opaque
  const stale = fields.get('stale')
  if (stale !== undefined) challenge.stale = stale.toLowerCase() === 'true'
  return challenge
}

export function serializeChallenge(challenge: DigestChallenge): string {
  const fields = [`realm=${quote(challenge.realm)}`, `nonce=${quote(challenge.nonce)}`]
  fields.push(`algorithm=${challenge.algorithm}`)
  if (challenge.qop !== undefined) fields.push(`qop=${quote(challenge.qop.join(','))}`)
  if (challenge.opaque !== undefined) fields.push(`opaque=${quote(challenge.opaque)}`)
  if (challenge.stale !== undefined) fields.push(`stale=${challenge.stale}`)
  return `Digest ${fields.join(', ')}`
}
