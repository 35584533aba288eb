import { fixedHeaderBytes, rtpHeaderLength, writeRtpHeader } from './header.ts'

/** One RTP packet: RFC 3550 §5.1. */
export interface RtpPacket {
  readonly version: 2
  readonly padding: boolean
  readonly marker: boolean
  readonly payloadType: number
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  readonly csrc: readonly number[]
  /** RFC 3550 §5.3.1; `data` is whole 32-bit words. */
  readonly extension?: { readonly profile: number; readonly data: Uint8Array }
  /** Without the padding. */
  readonly payload: Uint8Array
}

const extensionBit = 0x10
const paddingBit = 0x20

/**
 * Parses one datagram; `undefined` when it is not a well-formed RTP packet.
 * `payload` and `extension.data` alias `datagram`: copy them to keep them.
 */
export function parseRtp(datagram: Uint8Array): RtpPacket | undefined {
  const headerBytes = rtpHeaderLength(datagram)
  if (headerBytes === undefined) return undefined
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  const first = view.getUint8(0)
  const paddingBytes = paddingLength(datagram, (first & paddingBit) !== 0, headerBytes)
  if (paddingBytes === undefined) return undefined
  const second = view.getUint8(1)
  const csrc = readCsrcs(view, first & 0x0f)
  return {
    version: 2,
    padding: paddingBytes > 0,
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    csrc,
    ...((first & extensionBit) !== 0 && {
      extension: readExtension(datagram, view, csrc.length, headerBytes),
    }),
    payload: datagram.subarray(headerBytes, datagram.length - paddingBytes),
  }
}

/** Zero without padding; `undefined` when the last byte counts more padding than there is payload. */
function paddingLength(datagram: Uint8Array, padded: boolean, headerBytes: number): number | undefined {
  if (!padded) return 0
  const count = datagram[datagram.length - 1] ?? 0
  return count === 0 || count > datagram.length - headerBytes ? undefined : count
}

function readCsrcs(view: DataView, count: number): number[] {
  return Array.from({ length: count }, (_, i) => view.getUint32(fixedHeaderBytes + 4 * i))
}

function readExtension(
  datagram: Uint8Array,
  view: DataView,
  csrcCount: number,
  headerBytes: number,
): { profile: number; data: Uint8Array } {
  const start = fixedHeaderBytes + 4 * csrcCount
  return { profile: view.getUint16(start), data: datagram.subarray(start + 4, headerBytes) }
}

/**
 * Serializes into memory of its own. `extension.data` is zero-filled to whole words (RFC 8285 §4.2 reads
 * zeros as padding); `padding` fills the packet to a whole word. At most 15 CSRCs are written.
 */
export function serializeRtp(packet: RtpPacket): Uint8Array {
  const csrc = packet.csrc.slice(0, 15)
  const extensionWords = Math.ceil((packet.extension?.data.length ?? 0) / 4)
  const extensionBytes = packet.extension === undefined ? 0 : 4 + 4 * extensionWords
  const start = fixedHeaderBytes + 4 * csrc.length
  const payloadEnd = start + extensionBytes + packet.payload.length
  const paddingBytes = packet.padding ? 4 - (payloadEnd % 4) : 0
  const out = new Uint8Array(payloadEnd + paddingBytes)
  writeRtpHeader(out, packet)
  out[0] = 0x80 | (packet.padding ? paddingBit : 0) | (packet.extension ? extensionBit : 0) | csrc.length
  const view = new DataView(out.buffer)
  csrc.forEach((source, i) => view.setUint32(fixedHeaderBytes + 4 * i, source))
  if (packet.extension !== undefined) {
    view.setUint16(start, packet.extension.profile)
    view.setUint16(start + 2, extensionWords)
    out.set(packet.extension.data, start + 4)
  }
  out.set(packet.payload, start + extensionBytes)
  if (packet.padding) out[out.length - 1] = paddingBytes
  return out
}
