import { keyLengths, type SrtpSuite } from '@voxkeep/wire/srtp'
import { parseInlineKey, serializeInlineKey, type SdesKey } from './inline-key.ts'

/** One `a=crypto` (RFC 4568 §9.1). Holds keys: never log it. */
export interface CryptoAttribute {
  readonly tag: number
  readonly suite: SrtpSuite
  /** The peer's own name of the suite, where it is not the registered one; an answer repeats it. */
  readonly suiteAlias?: string
  /** At least one; where several, each has an MKI and all MKIs are of one length. */
  readonly keys: readonly SdesKey[]
  /** Session parameters as written: `KDR=…`, `UNENCRYPTED_SRTP`, `WSH=…`. Which to agree to is the caller's policy. */
  readonly session: readonly string[]
}

const suites: ReadonlyMap<string, SrtpSuite> = new Map<string, SrtpSuite>([
  ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_80'],
  ['AES_CM_128_HMAC_SHA1_32', 'AES_CM_128_HMAC_SHA1_32'],
  ['AES_256_CM_HMAC_SHA1_80', 'AES_256_CM_HMAC_SHA1_80'],
  ['AES_256_CM_HMAC_SHA1_32', 'AES_256_CM_HMAC_SHA1_32'],
  ['AEAD_AES_128_GCM', 'AEAD_AES_128_GCM'],
  ['AEAD_AES_256_GCM', 'AEAD_AES_256_GCM'],
  // An early draft's order of words, still written by many (interop 3).
  ['AES_CM_256_HMAC_SHA1_80', 'AES_256_CM_HMAC_SHA1_80'],
  ['AES_CM_256_HMAC_SHA1_32', 'AES_256_CM_HMAC_SHA1_32'],
])

const attributePattern = /^(\d{1,9})[ \t]+(\w+)[ \t]+(\S+)(?:[ \t]+([^]*))?$/
// RFC 4568 §6.3; a leading `-` marks what may be ignored.
const sessionParameter =
  /^(?:KDR=\d{1,2}|UNENCRYPTED_SRTC?P|UNAUTHENTICATED_SRTP|FEC_ORDER=\w+|FEC_KEY=\S+|WSH=\d{1,9}|-[!-~]+)$/
const maxKeys = 16 // each is a context to try; nobody is known to send more than two

type Refused = { readonly error: string }

function parseKeys(text: string, suite: SrtpSuite): SdesKey[] | Refused {
  const parts = text.split(';')
  if (parts.length > maxKeys) return { error: 'too many keys' }
  const { keyBytes, saltBytes } = keyLengths(suite)
  const keys: SdesKey[] = []
  for (const part of parts) {
    const key = parseInlineKey(part)
    if (key === undefined) return { error: 'malformed key parameter' }
    if (key.keyAndSalt.length !== keyBytes + saltBytes) return { error: 'wrong key length for the suite' }
    keys.push(key)
  }
  return mkisAgree(keys) ? keys : { error: 'several keys without distinct MKIs of one length' }
}

/** RFC 4568 §6.1: where there are several keys each has an MKI of the same length and another value. */
function mkisAgree(keys: readonly SdesKey[]): boolean {
  const lengths = new Set(keys.map((key) => key.mki?.length))
  const values = new Set(keys.map((key) => key.mki?.toHex())) // without MKIs it has one element
  return lengths.size === 1 && values.size === keys.length
}

/**
 * Reads what follows `a=crypto:`. A refusal's words are constant: they never quote the key.
 * A session parameter that is unknown and not marked optional refuses the attribute (RFC 4568 §6.3.7).
 */
export function parseCrypto(value: string): CryptoAttribute | Refused {
  const match = attributePattern.exec(value)
  if (match === null) return { error: 'malformed attribute' }
  const [, tag = '', name = '', keyText = '', sessionText = ''] = match
  const suite = suites.get(name)
  if (suite === undefined) return { error: 'unknown suite' }
  const keys = parseKeys(keyText, suite)
  if ('error' in keys) return keys
  const session = sessionText.split(/[ \t]+/).filter((part) => part !== '')
  if (!session.every((part) => sessionParameter.test(part))) return { error: 'unknown session parameter' }
  return { tag: Number(tag), suite, ...(name === suite ? {} : { suiteAlias: name }), keys, session }
}

/** What follows `a=crypto:`. Holds the key in clear. */
export function serializeCrypto(crypto: CryptoAttribute): string {
  const keys = crypto.keys.map(serializeInlineKey).join(';')
  return [crypto.tag, crypto.suiteAlias ?? crypto.suite, keys, ...crypto.session].join(' ')
}

/**
 * Whether every session parameter is one this side can honour. KDR, what leaves packets open, and FEC are not;
 * a window hint is: the receiver's window is wider than any that is asked for (RFC 4568 §6.3.6).
 */
export function sessionIsAcceptable(crypto: CryptoAttribute): boolean {
  return crypto.session.every((part) => part.startsWith('-') || part.startsWith('WSH=') || part === 'KDR=0')
}
