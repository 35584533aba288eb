import { cmCipher } from './cm-cipher.ts'
import type { SrtpCrypto } from './crypto.ts'
import { gcmCipher } from './gcm-cipher.ts'
import { deriveSessionKeys, wipe, type SessionKeys } from './key-derivation.ts'
import { SrtpError } from './srtp-error.ts'
import { suiteParameters, type SrtpSuite, type SuiteParameters } from './suite.ts'

/** One master key with its salt, as `a=crypto` carries them. */
export interface SrtpMaster {
  /** The master key followed by the master salt. Borrowed: wiping it after construction is the caller's right. */
  readonly keyAndSalt: Uint8Array
  /** RFC 3711 §3.1 master key identifier, 1 to 128 bytes. */
  readonly mki?: Uint8Array
  /** Packets that may be protected with the key; RFC 3711 §9.2 caps it at 2^48 SRTP and 2^31 SRTCP. */
  readonly lifetime?: bigint
}

/** The longest MKI that RFC 4568 §6.1 lets `a=crypto` announce. */
const maxMkiBytes = 128

/**
 * Protects single packets under one master key. It holds no state about the stream: whoever calls keeps the
 * index and the replay list. The packet's own length has been checked by then.
 */
export interface PacketCipher {
  /** What a sealed packet has over a plain one: tag, MKI and for SRTCP the index word. */
  readonly rtpOverheadBytes: number
  readonly rtcpOverheadBytes: number
  /** Distance from the end of a sealed packet to its MKI and to the SRTCP index word. */
  readonly rtpMkiFromEnd: number
  readonly rtcpMkiFromEnd: number
  readonly rtcpIndexFromEnd: number
  /** Writes the sealed packet to `out`, which may be `packet`'s memory; returns its length. */
  sealRtp(packet: Uint8Array, out: Uint8Array, header: RtpHeader, roc: number): number
  /** Authenticates, then decrypts in place; returns the plain length, or −1 with the datagram unchanged. */
  openRtp(datagram: Uint8Array, header: RtpHeader, roc: number): number
  sealRtcp(packet: Uint8Array, out: Uint8Array, ssrc: number, index: number): number
  openRtcp(datagram: Uint8Array, ssrc: number, index: number, encrypted: boolean): number
}

/** The header fields that enter the cipher. Reused from packet to packet: keep no reference. */
export interface RtpHeader {
  bytes: number
  ssrc: number
  sequence: number
}

/** @throws SrtpError when the key or MKI has an impossible length. */
export function packetCipher(crypto: SrtpCrypto, suite: SrtpSuite, master: SrtpMaster): PacketCipher {
  const parameters = suiteParameters[suite]
  const { keyBytes, saltBytes } = parameters
  if (master.keyAndSalt.length !== keyBytes + saltBytes) {
    throw new SrtpError('SRTP_KEY_LENGTH', 'key and salt do not have the length of the suite')
  }
  const mki = master.mki?.slice() ?? new Uint8Array(0)
  if (mki.length > maxMkiBytes) throw new SrtpError('SRTP_MKI', 'the MKI is longer than 128 bytes')
  const key = master.keyAndSalt.subarray(0, keyBytes)
  const salt = master.keyAndSalt.subarray(keyBytes)
  const keys = deriveSessionKeys(crypto, parameters, key, salt)
  const cipher = sessionCipher(crypto, parameters, keys, mki)
  wipe(keys)
  return cipher
}

/** The cipher under session keys that were derived already; they may be wiped after. */
export function sessionCipher(
  crypto: SrtpCrypto,
  parameters: SuiteParameters,
  keys: SessionKeys,
  mki: Uint8Array,
): PacketCipher {
  switch (parameters.kind) {
    case 'cm':
      return cmCipher(crypto, parameters, keys, mki)
    case 'gcm':
      return gcmCipher(crypto, keys, mki)
  }
}
