import {
  rtcpType,
  type Goodbye,
  type ReportBlock,
  type RtcpPacket,
  type SourceDescription,
} from './rtcp-packet.ts'

const headerBytes = 4
const blockBytes = 24
const senderInfoBytes = 20

/**
 * Parses a compound RTCP packet (RFC 3550 §6.1), reduced-size ones of RFC 5506 too; `undefined` when any part is
 * malformed. SDES values, BYE reasons and other bodies alias `compound`.
 */
export function parseRtcp(compound: Uint8Array): RtcpPacket[] | undefined {
  const packets: RtcpPacket[] = []
  for (let at = 0; at < compound.length;) {
    const view = new DataView(compound.buffer, compound.byteOffset + at, compound.byteLength - at)
    if (view.byteLength < headerBytes || view.getUint8(0) >>> 6 !== 2) return undefined
    const length = headerBytes + 4 * view.getUint16(2)
    if (length > view.byteLength) return undefined
    const packet = parseOne(compound.subarray(at, at + length))
    if (packet === undefined) return undefined
    packets.push(packet)
    at += length
  }
  return packets.length === 0 ? undefined : packets
}

function parseOne(whole: Uint8Array): RtcpPacket | undefined {
  const body = withoutPadding(whole)
  if (body === undefined) return undefined
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const count = (whole[0] ?? 0) & 0x1f
  const packetType = whole[1] ?? 0
  switch (packetType) {
    case rtcpType.sr:
      return parseSenderReport(view, count)
    case rtcpType.rr:
      return parseReceiverReport(view, count)
    case rtcpType.sdes:
      return parseSourceDescription(body, view, count)
    case rtcpType.bye:
      return parseGoodbye(body, view, count)
    default:
      return { kind: 'other', packetType, count, body }
  }
}

/** What follows the header; `undefined` when the last byte counts more padding than there is. */
function withoutPadding(whole: Uint8Array): Uint8Array | undefined {
  if (((whole[0] ?? 0) & 0x20) === 0) return whole.subarray(headerBytes)
  const padding = whole[whole.length - 1] ?? 0
  const end = whole.length - padding
  return padding === 0 || end < headerBytes ? undefined : whole.subarray(headerBytes, end)
}

function parseSenderReport(view: DataView, count: number): RtcpPacket | undefined {
  const start = 4 + senderInfoBytes
  if (view.byteLength < start + count * blockBytes) return undefined
  return {
    kind: 'sr',
    ssrc: view.getUint32(0),
    ntpSeconds: view.getUint32(4),
    ntpFraction: view.getUint32(8),
    rtpTimestamp: view.getUint32(12),
    packetCount: view.getUint32(16),
    octetCount: view.getUint32(20),
    reports: readReports(view, start, count),
  }
}

function parseReceiverReport(view: DataView, count: number): RtcpPacket | undefined {
  if (view.byteLength < 4 + count * blockBytes) return undefined
  return { kind: 'rr', ssrc: view.getUint32(0), reports: readReports(view, 4, count) }
}

function readReports(view: DataView, start: number, count: number): ReportBlock[] {
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * blockBytes
    return {
      ssrc: view.getUint32(at),
      fractionLost: view.getUint8(at + 4),
      cumulativeLost: (view.getInt8(at + 5) << 16) | view.getUint16(at + 6),
      extendedHighestSequence: view.getUint32(at + 8),
      jitter: view.getUint32(at + 12),
      lastSr: view.getUint32(at + 16),
      delaySinceLastSr: view.getUint32(at + 20),
    }
  })
}

function parseSourceDescription(
  body: Uint8Array,
  view: DataView,
  count: number,
): SourceDescription | undefined {
  const chunks: SourceDescription['chunks'][number][] = []
  let at = 0
  for (let chunk = 0; chunk < count; chunk += 1) {
    if (at + 4 > body.length) return undefined
    const items: { type: number; value: Uint8Array }[] = []
    const ssrc = view.getUint32(at)
    at += 4
    while (at < body.length && body[at] !== 0) {
      const length = body[at + 1]
      if (length === undefined || at + 2 + length > body.length) return undefined
      items.push({ type: body[at] ?? 0, value: body.subarray(at + 2, at + 2 + length) })
      at += 2 + length
    }
    if (at >= body.length) return undefined // the item list ends with at least one zero
    at += 4 - (at % 4)
    chunks.push({ ssrc, items })
  }
  return { kind: 'sdes', chunks }
}

function parseGoodbye(body: Uint8Array, view: DataView, count: number): Goodbye | undefined {
  const reasonAt = 4 * count
  if (body.length < reasonAt) return undefined
  const ssrcs = Array.from({ length: count }, (_, i) => view.getUint32(4 * i))
  const length = body[reasonAt]
  if (length === undefined) return { kind: 'bye', ssrcs }
  const reason = body.subarray(reasonAt + 1, reasonAt + 1 + length)
  return reason.length < length ? undefined : { kind: 'bye', ssrcs, reason }
}
