import { counterMode } from './counter-mode.ts'
import type { SrtpCrypto } from './crypto.ts'
import type { ProtocolKeys, SessionKeys } from './key-derivation.ts'
import type { PacketCipher } from './packet-cipher.ts'
import type { SuiteParameters } from './suite.ts'

/** RTCP's first header and sender SSRC stay readable: RFC 3711 §3.4. */
const rtcpClearBytes = 8
const encryptedFlag = 0x80000000

/** AES counter mode with HMAC-SHA1: RFC 3711 §4.1.1 and §4.2.1, with 256-bit keys RFC 6188. */
export function cmCipher(
  crypto: SrtpCrypto,
  suite: SuiteParameters,
  keys: SessionKeys,
  mki: Uint8Array,
): PacketCipher {
  const { rtpTagBytes, rtcpTagBytes } = suite
  return {
    rtpOverheadBytes: mki.length + rtpTagBytes,
    rtcpOverheadBytes: 4 + mki.length + rtcpTagBytes,
    rtpMkiFromEnd: mki.length + rtpTagBytes,
    rtcpMkiFromEnd: mki.length + rtcpTagBytes,
    rtcpIndexFromEnd: 4 + mki.length + rtcpTagBytes,
    ...rtpHalf(crypto, keys.rtp, mki, rtpTagBytes),
    ...rtcpHalf(crypto, keys.rtcp, mki, rtcpTagBytes),
  }
}

function rtpHalf(
  crypto: SrtpCrypto,
  keys: ProtocolKeys,
  mki: Uint8Array,
  tagBytes: number,
): Pick<PacketCipher, 'sealRtp' | 'openRtp'> {
  const crypt = counterMode(crypto, keys.key, keys.salt)
  const mac = crypto.hmacSha1(keys.authentication)
  const rocBytes = new Uint8Array(4)
  return {
    sealRtp(packet, out, header, roc) {
      const { length } = packet
      copyHead(packet, out, header.bytes)
      crypt(header.ssrc, roc, header.sequence, packet, out, header.bytes, length - header.bytes)
      writeUint32(rocBytes, 0, roc)
      const tag = mac(out.subarray(0, length), rocBytes)
      return appendMkiAndTag(out, length, mki, tag, tagBytes)
    },

    openRtp(datagram, header, roc) {
      const length = datagram.length - mki.length - tagBytes
      writeUint32(rocBytes, 0, roc)
      const tag = mac(datagram.subarray(0, length), rocBytes)
      if (!tagMatches(datagram, tag, tagBytes)) return -1
      crypt(header.ssrc, roc, header.sequence, datagram, datagram, header.bytes, length - header.bytes)
      return length
    },
  }
}

function rtcpHalf(
  crypto: SrtpCrypto,
  keys: ProtocolKeys,
  mki: Uint8Array,
  tagBytes: number,
): Pick<PacketCipher, 'sealRtcp' | 'openRtcp'> {
  const crypt = counterMode(crypto, keys.key, keys.salt)
  const mac = crypto.hmacSha1(keys.authentication)
  return {
    sealRtcp(packet, out, ssrc, index) {
      const { length } = packet
      copyHead(packet, out, rtcpClearBytes)
      crypt(ssrc, index >>> 16, index & 0xffff, packet, out, rtcpClearBytes, length - rtcpClearBytes)
      writeUint32(out, length, encryptedFlag | index)
      const tag = mac(out.subarray(0, length + 4))
      return appendMkiAndTag(out, length + 4, mki, tag, tagBytes)
    },

    openRtcp(datagram, ssrc, index, encrypted) {
      const authenticated = datagram.length - mki.length - tagBytes
      const tag = mac(datagram.subarray(0, authenticated))
      if (!tagMatches(datagram, tag, tagBytes)) return -1
      const length = authenticated - 4
      const cipherBytes = encrypted ? length - rtcpClearBytes : 0
      crypt(ssrc, index >>> 16, index & 0xffff, datagram, datagram, rtcpClearBytes, cipherBytes)
      return length
    },
  }
}

function copyHead(from: Uint8Array, to: Uint8Array, bytes: number): void {
  for (let i = 0; i < bytes; i += 1) to[i] = from[i] ?? 0
}

function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24
  out[at + 1] = value >>> 16
  out[at + 2] = value >>> 8
  out[at + 3] = value
}

/** RFC 3711 §3.1: the MKI precedes the tag and is not authenticated. */
function appendMkiAndTag(
  out: Uint8Array,
  at: number,
  mki: Uint8Array,
  tag: Uint8Array,
  tagBytes: number,
): number {
  if (mki.length > 0) out.set(mki, at)
  const tagAt = at + mki.length
  for (let i = 0; i < tagBytes; i += 1) out[tagAt + i] = tag[i] ?? 0
  return tagAt + tagBytes
}

/** Compares every byte whatever the first difference, so that timing tells a forger nothing. */
function tagMatches(datagram: Uint8Array, tag: Uint8Array, tagBytes: number): boolean {
  const start = datagram.length - tagBytes
  let difference = 0
  for (let i = 0; i < tagBytes; i += 1) difference |= (datagram[start + i] ?? 0) ^ (tag[i] ?? 0)
  return difference === 0
}
