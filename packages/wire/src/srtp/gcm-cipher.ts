import type { GcmCipher, SrtpCrypto } from './crypto.ts'
import type { ProtocolKeys, SessionKeys } from './key-derivation.ts'
import type { PacketCipher } from './packet-cipher.ts'

const ivBytes = 12
const tagBytes = 16
const rtcpClearBytes = 8
const encryptedFlag = 0x80000000

/** AES-GCM: RFC 7714. The MKI comes last, after the tag and, in SRTCP, after the index word. */
export function gcmCipher(crypto: SrtpCrypto, keys: SessionKeys, mki: Uint8Array): PacketCipher {
  return {
    rtpOverheadBytes: tagBytes + mki.length,
    rtcpOverheadBytes: tagBytes + 4 + mki.length,
    rtpMkiFromEnd: mki.length,
    rtcpMkiFromEnd: mki.length,
    rtcpIndexFromEnd: 4 + mki.length,
    ...rtpHalf(session(crypto, keys.rtp), mki),
    ...rtcpHalf(session(crypto, keys.rtcp), mki),
  }
}

function rtpHalf({ gcm, iv }: GcmSession, mki: Uint8Array): Pick<PacketCipher, 'sealRtp' | 'openRtp'> {
  return {
    sealRtp(packet, out, header, roc) {
      const end = packet.length + tagBytes
      const aad = packet.subarray(0, header.bytes)
      out.set(aad)
      const nonce = iv(header.ssrc, roc, header.sequence)
      gcm.seal(nonce, aad, packet.subarray(header.bytes), out.subarray(header.bytes, end))
      out.set(mki, end)
      return end + mki.length
    },

    openRtp(datagram, header, roc) {
      const end = datagram.length - mki.length
      const nonce = iv(header.ssrc, roc, header.sequence)
      const body = datagram.subarray(header.bytes, end)
      return gcm.open(nonce, datagram.subarray(0, header.bytes), body, body) ? end - tagBytes : -1
    },
  }
}

function rtcpHalf({ gcm, iv }: GcmSession, mki: Uint8Array): Pick<PacketCipher, 'sealRtcp' | 'openRtcp'> {
  return {
    sealRtcp(packet, out, ssrc, index) {
      const end = packet.length + tagBytes
      const word = (encryptedFlag | index) >>> 0
      const head = packet.subarray(0, rtcpClearBytes)
      const nonce = iv(ssrc, index >>> 16, index & 0xffff)
      out.set(head)
      const plain = packet.subarray(rtcpClearBytes)
      gcm.seal(nonce, rtcpAad(head, word), plain, out.subarray(rtcpClearBytes, end))
      new DataView(out.buffer, out.byteOffset, out.byteLength).setUint32(end, word)
      out.set(mki, end + 4)
      return end + 4 + mki.length
    },

    openRtcp(datagram, ssrc, index, encrypted) {
      const end = datagram.length - mki.length - 4
      const nonce = iv(ssrc, index >>> 16, index & 0xffff)
      // RFC 7714 §9.3: an unencrypted packet is associated data as a whole.
      const head = datagram.subarray(0, encrypted ? rtcpClearBytes : end - tagBytes)
      const aad = rtcpAad(head, encrypted ? (encryptedFlag | index) >>> 0 : index)
      const body = datagram.subarray(head.length, end)
      return gcm.open(nonce, aad, body, body) ? end - tagBytes : -1
    },
  }
}

interface GcmSession {
  readonly gcm: GcmCipher
  /** Valid until the next call. */
  readonly iv: (ssrc: number, indexHigh: number, indexLow: number) => Uint8Array
}

/**
 * RFC 7714 §8.1 and §9.1: IV = 16 zero bits ‖ SSRC ‖ 48-bit index, XORed with the salt. The 31-bit SRTCP
 * index takes the place of the last 32 bits.
 */
function session(crypto: SrtpCrypto, keys: ProtocolKeys): GcmSession {
  const gcm = crypto.gcm(keys.key)
  const salted = new DataView(keys.salt.slice().buffer)
  const salt0 = salted.getUint16(0)
  const salt1 = salted.getUint32(2)
  const salt2 = salted.getUint32(6)
  const salt3 = salted.getUint16(10)
  const iv = new Uint8Array(ivBytes)
  const view = new DataView(iv.buffer)
  view.setUint16(0, salt0)
  return {
    gcm,
    iv(ssrc, indexHigh, indexLow) {
      view.setUint32(2, salt1 ^ ssrc)
      view.setUint32(6, salt2 ^ indexHigh)
      view.setUint16(10, salt3 ^ indexLow)
      return iv
    },
  }
}

/** RFC 7714 §9.3: the part that stays readable, then the E flag and index. */
function rtcpAad(head: Uint8Array, word: number): Uint8Array {
  const aad = new Uint8Array(head.length + 4)
  aad.set(head)
  new DataView(aad.buffer).setUint32(head.length, word)
  return aad
}
