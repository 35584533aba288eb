import { nonceCountText, serializeAuthorization, type DigestAuthorization } from './digest-authorization.ts'
import type { DigestChallenge } from './digest-challenge.ts'
import type { DigestAlgorithm } from './digest-fields.ts'
import { SipError } from './errors.ts'

/** A hash, handed in because this package has no cryptography. */
export interface DigestHash {
  readonly algorithm: DigestAlgorithm
  /** Of the text's UTF-8 bytes, in lower-case hex. */
  hash(text: string): string
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What a server keeps instead of a password (RFC 7616 §3.4.2). It is as secret as one, within its realm. */
export function digestHa1(hash: DigestHash, username: string, realm: string, password: string): string {
  return hash.hash(`${username}:${realm}:${password}`)
}

type Inputs = Omit<DigestAuthorization, 'response'>

/** RFC 7616 §3.4.1. `auth-int` covers bodies that are UTF-8 text, which every SDP is. */
function digestResponse(
  hash: DigestHash,
  ha1: string,
  method: string,
  inputs: Inputs,
  body?: Uint8Array,
): string {
  const { nonce, qop, uri } = inputs
  const text = body === undefined ? '' : decoder.decode(body)
  const integrity = qop === 'auth-int' ? `:${hash.hash(text)}` : ''
  const ha2 = hash.hash(`${method}:${uri}${integrity}`)
  if (qop === undefined) return hash.hash(`${ha1}:${nonce}:${ha2}`)
  const count = nonceCountText(inputs.nonceCount ?? 0)
  return hash.hash(`${ha1}:${nonce}:${count}:${inputs.cnonce ?? ''}:${qop}:${ha2}`)
}

/**
 * The Authorization (or Proxy-Authorization) value that answers a challenge, with `auth` where the server lets us choose.
 * Throws `SipError` `SIP_DIGEST_ALGORITHM` when `hash` is not the challenge's.
 */
export function answerChallenge(o: {
  readonly challenge: DigestChallenge
  readonly hash: DigestHash
  readonly username: string
  readonly password: string
  readonly method: string
  readonly uri: string
  /** How often this nonce has been answered, this time included: from 1. */
  readonly nonceCount: number
  readonly cnonce: string
  readonly body?: Uint8Array
}): string {
  const { challenge, hash, username, uri, nonceCount, cnonce } = o
  const { realm, nonce, algorithm, opaque } = challenge
  if (hash.algorithm !== algorithm)
    throw new SipError('SIP_DIGEST_ALGORITHM', 'the hash is not the one asked for')
  const inputs: Inputs = { username, realm, nonce, uri, algorithm }
  if (opaque !== undefined) inputs.opaque = opaque
  if (challenge.qop !== undefined) {
    inputs.qop = challenge.qop.includes('auth') ? 'auth' : 'auth-int'
    inputs.cnonce = cnonce
    inputs.nonceCount = nonceCount
  }
  const ha1 = digestHa1(hash, username, realm, o.password)
  const response = digestResponse(hash, ha1, o.method, inputs, o.body)
  return serializeAuthorization({ ...inputs, response })
}

/** Time depends on the lengths only, not on where the texts differ. */
function sameSecret(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at % (b.length || 1))
  return difference === 0
}

/**
 * Whether the response proves knowledge of `ha1`, compared in constant time. Only with a `qop`, as RFC 7616 §3.4 demands
 * of whoever was offered one. The nonce, its count, the realm and the URI are the caller's to check: they are hashed,
 * not judged. `body` is needed for `auth-int`.
 */
export function verifyAuthorization(o: {
  readonly authorization: DigestAuthorization
  readonly hash: DigestHash
  readonly ha1: string
  readonly method: string
  readonly body?: Uint8Array
}): boolean {
  const { authorization, hash } = o
  if (hash.algorithm !== authorization.algorithm || authorization.qop === undefined) return false
  if (authorization.qop === 'auth-int' && o.body === undefined) return false
  return sameSecret(authorization.response, digestResponse(hash, o.ha1, o.method, authorization, o.body))
}
