import { rtpHeaderLength } from '@voxkeep/wire/rtp'
import type { SrtpCrypto } from './crypto.ts'
import { packetCipher, type PacketCipher, type SrtpMaster } from './packet-cipher.ts'
import { packetLimits } from './packet-limits.ts'
import { SrtpError } from './srtp-error.ts'
import type { SrtpSuite } from './suite.ts'

/**
 * Seals the packets of one direction. It never uses an index twice under its key, so the key must be fresh:
 * a restarted sender gets a new one.
 */
export interface SrtpSender {
  /**
   * Seals one RTP packet into `out`; returns the part of `out` that was written, or `undefined` when the key's
   * lifetime is used up. Per SSRC the sequence numbers must move forward, by less than 2^15 at a time.
   *
   * @param packet - Left as it was, unless it is `out` itself.
   * @param out - Room for the packet, the MKI and 16 bytes. May be `packet`'s own longer buffer at the same start.
   * @throws SrtpError when `packet` is not RTP, repeats an index, or does not fit.
   */
  sealRtp(packet: Uint8Array, out: Uint8Array): Uint8Array | undefined
  /** Seals one compound RTCP packet, in the same way; `out` has 4 bytes more room. */
  sealRtcp(packet: Uint8Array, out: Uint8Array): Uint8Array | undefined
  /** How much of the key's lifetime is left, 0 to 1: the less of RTP's and RTCP's. */
  readonly left: number
}

interface Stream {
  readonly ssrc: number
  highest: number
}

const indexLimit = 2 ** 48
const rtcpIndexLimit = 2 ** 31
const rtcpHeaderBytes = 8

/** @throws SrtpError when the master does not fit the suite. */
export function srtpSender(crypto: SrtpCrypto, suite: SrtpSuite, master: SrtpMaster): SrtpSender {
  const cipher = packetCipher(crypto, suite, master)
  const limits = packetLimits(master)
  const streams = new Map<number, Stream>()
  const rtcpIndices = new Map<number, number>()
  const header = { bytes: 0, ssrc: 0, sequence: 0 }
  let current: Stream = { ssrc: -1, highest: -1 }
  let rtpSent = 0
  let rtcpSent = 0

  return {
    sealRtp(packet, out) {
      header.bytes = checkedHeader(packet, out, cipher)
      header.sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0)
      header.ssrc = readUint32(packet, 8)
      if (current.ssrc !== header.ssrc) current = streamOf(streams, header.ssrc)
      const index = nextIndex(current.highest, header.sequence)
      if (rtpSent >= limits.rtp || index >= indexLimit) return undefined
      rtpSent += 1
      current.highest = index
      return written(out, cipher.sealRtp(packet, out, header, Math.floor(index / 0x10000)))
    },

    sealRtcp(packet, out) {
      if (packet.length < rtcpHeaderBytes) throw new SrtpError('SRTP_PACKET', 'the packet is not RTCP')
      checkRoom(packet.length + cipher.rtcpOverheadBytes, out)
      const ssrc = readUint32(packet, 4)
      const index = (rtcpIndices.get(ssrc) ?? -1) + 1
      if (rtcpSent >= limits.rtcp || index >= rtcpIndexLimit) return undefined
      rtcpSent += 1
      rtcpIndices.set(ssrc, index)
      return written(out, cipher.sealRtcp(packet, out, ssrc, index))
    },

    get left() {
      return Math.max(0, Math.min(1 - rtpSent / limits.rtp, 1 - rtcpSent / limits.rtcp))
    },
  }
}

function checkedHeader(packet: Uint8Array, out: Uint8Array, cipher: PacketCipher): number {
  const bytes = rtpHeaderLength(packet)
  if (bytes === undefined) throw new SrtpError('SRTP_PACKET', 'the packet is not RTP')
  checkRoom(packet.length + cipher.rtpOverheadBytes, out)
  return bytes
}

function checkRoom(needed: number, out: Uint8Array): void {
  if (out.length < needed) throw new SrtpError('SRTP_OUT_TOO_SMALL', 'the sealed packet does not fit')
}

function streamOf(streams: Map<number, Stream>, ssrc: number): Stream {
  const known = streams.get(ssrc)
  if (known !== undefined) return known
  const stream = { ssrc, highest: -1 }
  streams.set(ssrc, stream)
  return stream
}

/** The index of the next packet: RFC 3711 §3.3.1 for the sender, who knows that it moves forward. */
function nextIndex(highest: number, sequence: number): number {
  if (highest < 0) return sequence
  const step = (sequence - (highest % 0x10000)) & 0xffff
  if (step === 0 || step >= 0x8000) {
    // The same index again is the same keystream again: RFC 3711 §9.1.
    throw new SrtpError('SRTP_INDEX_REUSED', 'the sequence number does not move forward')
  }
  return highest + step
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  )
}

function written(out: Uint8Array, length: number): Uint8Array {
  return out.length === length ? out : out.subarray(0, length)
}
