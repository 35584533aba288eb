import type { SrtpCrypto } from './crypto.ts'
import type { SuiteParameters } from './suite.ts'

/** What protects one protocol, SRTP or SRTCP, under one master key. */
export interface ProtocolKeys {
  readonly key: Uint8Array
  readonly salt: Uint8Array
  /** HMAC-SHA1's; GCM needs none. */
  readonly authentication: Uint8Array
}

export interface SessionKeys {
  readonly rtp: ProtocolKeys
  readonly rtcp: ProtocolKeys
}

const blockBytes = 16
const hmacKeyBytes = 20
/** RFC 3711 §4.3.2: SRTCP's labels follow SRTP's. */
const label = { encryption: 0, authentication: 1, salt: 2, rtcp: 3 } as const

/** Derives all session keys: RFC 3711 §4.3. They are the caller's, who should wipe them after use. */
export function deriveSessionKeys(
  crypto: SrtpCrypto,
  suite: SuiteParameters,
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
): SessionKeys {
  const derive = (which: number, bytes: number): Uint8Array =>
    deriveKey(crypto, masterKey, masterSalt, which, bytes)
  const protocol = (first: number): ProtocolKeys => ({
    key: derive(first + label.encryption, suite.keyBytes),
    salt: derive(first + label.salt, suite.saltBytes),
    authentication: derive(first + label.authentication, suite.kind === 'cm' ? hmacKeyBytes : 0),
  })
  return { rtp: protocol(0), rtcp: protocol(label.rtcp) }
}

export function wipe(keys: SessionKeys): void {
  for (const { key, salt, authentication } of [keys.rtp, keys.rtcp]) {
    for (const secret of [key, salt, authentication]) secret.fill(0)
  }
}

/**
 * Derives one session key: the AES-CM PRF of RFC 3711 §4.3.3 with key_derivation_rate 0, for 256-bit master
 * keys RFC 6188 §3. A 12-byte master salt is taken as 14 bytes, zeros last: RFC 7714 §11.
 *
 * @returns `bytes` bytes of the caller's own.
 */
export function deriveKey(
  crypto: SrtpCrypto,
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
  which: number,
  bytes: number,
): Uint8Array {
  const blocks = Math.ceil(bytes / blockBytes)
  const counters = new Uint8Array(blocks * blockBytes)
  for (let block = 0; block < blocks; block += 1) {
    const start = block * blockBytes
    counters.set(masterSalt, start)
    // key_id = label ‖ r with r = 0 lines up with the salt's last 56 bits.
    counters[start + 7] = (counters[start + 7] ?? 0) ^ which
    counters[start + 15] = block
  }
  const keystream = new Uint8Array(counters.length)
  crypto.aesEcb(masterKey)(counters, keystream)
  const key = keystream.slice(0, bytes)
  keystream.fill(0)
  return key
}
