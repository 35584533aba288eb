import type { SrtpCrypto } from './crypto.ts'
import { packetCipher, type PacketCipher, type SrtpMaster } from './packet-cipher.ts'
import { packetLimits } from './packet-limits.ts'
import type { Sources } from './sources.ts'
import { SrtpError } from './srtp-error.ts'
import type { SrtpSuite } from './suite.ts'

/** One master key of a receiver, and how many more packets it may open. */
export interface MasterKey {
  readonly cipher: PacketCipher
  readonly mki: Uint8Array
  rtpLeft: number
  rtcpLeft: number
  /** Replays are known by key: one and the same index under two keys is two packets. */
  readonly rtp: Sources
  readonly rtcp: Sources
}

/**
 * Readies the keys a peer announced. They carry MKIs of one length (RFC 3711 §3.1), or none at all; keys
 * without MKI are alternatives of which any may have sealed a packet.
 *
 * @throws SrtpError when there is no key, or the MKIs are of different lengths or alike.
 */
export function masterKeys(
  crypto: SrtpCrypto,
  suite: SrtpSuite,
  masters: readonly SrtpMaster[],
  newSources: () => Sources,
): readonly [MasterKey, ...MasterKey[]] {
  const keys = masters.map((master): MasterKey => {
    const limits = packetLimits(master)
    const mki = master.mki?.slice() ?? new Uint8Array(0)
    const [rtp, rtcp] = [newSources(), newSources()]
    const left = { rtpLeft: limits.rtp, rtcpLeft: limits.rtcp }
    return { cipher: packetCipher(crypto, suite, master), mki, ...left, rtp, rtcp }
  })
  const [first, ...rest] = keys
  if (first === undefined) throw new SrtpError('SRTP_KEY_LENGTH', 'a receiver needs a master key')
  if (rest.some((key) => key.mki.length !== first.mki.length)) {
    throw new SrtpError('SRTP_MKI', 'the MKIs differ in length')
  }
  const named = new Set(keys.map((key) => key.mki.toHex()))
  if (first.mki.length > 0 && named.size < keys.length)
    throw new SrtpError('SRTP_MKI', 'two keys share one MKI')
  return [first, ...rest]
}

/** The keys that may have sealed a datagram, whose MKI starts `mkiFromEnd` bytes before its end. */
export function keysFor(
  keys: readonly [MasterKey, ...MasterKey[]],
  datagram: Uint8Array,
  mkiFromEnd: number,
): readonly MasterKey[] {
  if (keys[0].mki.length === 0) return keys
  const start = datagram.length - mkiFromEnd
  const named = keys.find((key) => key.mki.every((byte, i) => byte === datagram[start + i]))
  return named === undefined ? [] : [named]
}
