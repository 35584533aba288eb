import { sign, verify, type KeyObject } from 'node:crypto'

/** ES256 (RFC 7518 §3.4): ECDSA over P-256 and SHA-256; the signature is r and s, 32 bytes each. */
const encoding = 'ieee-p1363'
const halfBytes = 32

/** The order of P-256's base point (FIPS 186-5). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** True for keys that ES256 can use: nothing but P-256. */
export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}

/** False also for a signature of another length. */
export function verifyEs256(key: KeyObject, signingInput: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url')
  if (!isP256(key)) return false
  return verify('sha256', Buffer.from(signingInput), { key, dsaEncoding: encoding }, bytes)
}

/** Signature in base64url. */
export function signEs256(key: KeyObject, signingInput: string): string {
  return sign('sha256', Buffer.from(signingInput), { key, dsaEncoding: encoding }).toString('base64url')
}

/**
 * The same text for the two signatures, (r, s) and (r, n − s), that ECDSA accepts alike: whoever holds one can write the other, and
 * must not pass it off as a new one.
 */
export function signatureName(signature: string): string {
  const hex = Buffer.from(signature, 'base64url').toString('hex')
  const s = BigInt(`0x0${hex.slice(2 * halfBytes)}`)
  const low = s > order / 2n ? order - s : s
  return `${hex.slice(0, 2 * halfBytes)}${low.toString(16)}`
}
