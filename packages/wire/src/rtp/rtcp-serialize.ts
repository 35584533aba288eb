import {
  rtcpType,
  type Goodbye,
  type ReportBlock,
  type RtcpPacket,
  type SourceDescription,
} from './rtcp-packet.ts'

const headerBytes = 4
const blockBytes = 24
/** The count field has five bits. */
const maxCount = 31

/**
 * Serializes a compound packet into memory of its own. RFC 3550 §6.1 wants it to begin with a report. Each packet
 * carries at most 31 reports, chunks or sources; more are left out.
 */
export function serializeRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  const parts = packets.map(serializeOne)
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function serializeOne(packet: RtcpPacket): Uint8Array {
  switch (packet.kind) {
    case 'sr': {
      const reports = packet.reports.slice(0, maxCount)
      const { out, view } = started(rtcpType.sr, reports.length, 24 + reports.length * blockBytes)
      view.setUint32(4, packet.ssrc)
      view.setUint32(8, packet.ntpSeconds)
      view.setUint32(12, packet.ntpFraction)
      view.setUint32(16, packet.rtpTimestamp)
      view.setUint32(20, packet.packetCount)
      view.setUint32(24, packet.octetCount)
      writeReports(view, 28, reports)
      return out
    }
    case 'rr': {
      const reports = packet.reports.slice(0, maxCount)
      const { out, view } = started(rtcpType.rr, reports.length, 4 + reports.length * blockBytes)
      view.setUint32(4, packet.ssrc)
      writeReports(view, 8, reports)
      return out
    }
    case 'sdes':
      return serializeSourceDescription(packet)
    case 'bye':
      return serializeGoodbye(packet)
    case 'other': {
      const { out } = started(packet.packetType, packet.count, packet.body.length)
      out.set(packet.body, headerBytes)
      return out
    }
  }
}

/** A packet with its header written and its body zero, filled to a whole word. */
function started(type: number, count: number, bodyBytes: number): { out: Uint8Array; view: DataView } {
  const words = Math.ceil(bodyBytes / 4)
  const out = new Uint8Array(headerBytes + 4 * words)
  const view = new DataView(out.buffer)
  view.setUint8(0, 0x80 | (count & 0x1f))
  view.setUint8(1, type)
  view.setUint16(2, words)
  return { out, view }
}

function writeReports(view: DataView, start: number, reports: readonly ReportBlock[]): void {
  reports.forEach((report, i) => {
    const at = start + i * blockBytes
    view.setUint32(at, report.ssrc)
    view.setUint8(at + 4, report.fractionLost)
    view.setUint8(at + 5, report.cumulativeLost >> 16)
    view.setUint16(at + 6, report.cumulativeLost)
    view.setUint32(at + 8, report.extendedHighestSequence)
    view.setUint32(at + 12, report.jitter)
    view.setUint32(at + 16, report.lastSr)
    view.setUint32(at + 20, report.delaySinceLastSr)
  })
}

function serializeSourceDescription(packet: SourceDescription): Uint8Array {
  const chunks = packet.chunks.slice(0, maxCount)
  const sizes = chunks.map((chunk) => {
    const itemBytes = chunk.items.reduce((sum, item) => sum + 2 + Math.min(item.value.length, 255), 0)
    return 4 + 4 * Math.floor(itemBytes / 4 + 1) // at least one zero ends the list
  })
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const { out, view } = started(rtcpType.sdes, chunks.length, total)
  let start = headerBytes
  chunks.forEach((chunk, i) => {
    view.setUint32(start, chunk.ssrc)
    let at = start + 4
    for (const item of chunk.items) {
      const value = item.value.subarray(0, 255)
      out[at] = item.type
      out[at + 1] = value.length
      out.set(value, at + 2)
      at += 2 + value.length
    }
    start += sizes[i] ?? 0
  })
  return out
}

function serializeGoodbye(packet: Goodbye): Uint8Array {
  const ssrcs = packet.ssrcs.slice(0, maxCount)
  const reason = packet.reason?.subarray(0, 255)
  const bodyBytes = 4 * ssrcs.length + (reason === undefined ? 0 : 1 + reason.length)
  const { out, view } = started(rtcpType.bye, ssrcs.length, bodyBytes)
  ssrcs.forEach((ssrc, i) => view.setUint32(headerBytes + 4 * i, ssrc))
  if (reason !== undefined) {
    const at = headerBytes + 4 * ssrcs.length
    out[at] = reason.length
    out.set(reason, at + 1)
  }
  return out
}
