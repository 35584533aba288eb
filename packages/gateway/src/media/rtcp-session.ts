import type { Clock } from '#kernel'
import {
  compactNtp,
  ntpTime,
  parseRtcp,
  receptionStats,
  rttFrom,
  serializeRtcp,
  type ReceptionStats,
  type ReportBlock,
  type RtcpPacket,
} from '@voxkeep/wire/rtp'

/** What our sender has sent, for the sender report. */
export interface Sent {
  readonly ssrc: number
  readonly packets: number
  readonly octets: number
  readonly timestamp: number
}

/** The RTCP of one leg: RFC 3550 §6. */
export interface RtcpSession {
  /** Call once for each authentic RTP packet; a new SSRC starts new statistics. */
  received(ssrc: number, sequence: number, timestamp: number, nowMs: number): void
  /** Takes one opened compound packet; reports about `ssrc` tell how we are received. */
  receive(compound: Uint8Array, ssrc: number, nowMs: number): void
  /** A compound packet when one is due, about every five seconds. */
  due(nowMs: number, sent: () => Sent): Uint8Array | undefined
  goodbye(sent: Sent, nowMs: number): Uint8Array
  readonly lost: number
  readonly jitterMs: number
  readonly rttMs: number | undefined
}

const clockRateHz = 8_000
const intervalMs = 5_000
const cnameItem = 1

export function rtcpSession(clock: Clock, cname: string): RtcpSession {
  const name = new TextEncoder().encode(cname)
  let source: { ssrc: number; stats: ReceptionStats } | undefined
  let lostBefore = 0
  let rttMs: number | undefined
  let nextMs: number | undefined

  function compound(sent: Sent, nowMs: number): RtcpPacket[] {
    const reports = source === undefined ? [] : [source.stats.reportBlock(source.ssrc, nowMs)]
    const report: RtcpPacket =
      sent.packets === 0
        ? { kind: 'rr', ssrc: sent.ssrc, reports }
        : {
            kind: 'sr',
            ssrc: sent.ssrc,
            ...ntpTime(clock.now()),
            rtpTimestamp: sent.timestamp,
            packetCount: sent.packets >>> 0,
            octetCount: sent.octets >>> 0,
            reports,
          }
    return [
      report,
      { kind: 'sdes', chunks: [{ ssrc: sent.ssrc, items: [{ type: cnameItem, value: name }] }] },
    ]
  }

  function takeReports(reports: readonly ReportBlock[], ssrc: number): void {
    const now = compactNtp(ntpTime(clock.now()))
    for (const block of reports) {
      if (block.ssrc === ssrc) rttMs = rttFrom(block.lastSr, block.delaySinceLastSr, now) ?? rttMs
    }
  }

  return {
    received(ssrc, sequence, timestamp, nowMs) {
      if (source?.ssrc !== ssrc) {
        lostBefore += source?.stats.lost ?? 0
        source = { ssrc, stats: receptionStats(clockRateHz) }
      }
      source.stats.receive(sequence, timestamp, nowMs)
    },
    receive(bytes, ssrc, nowMs) {
      for (const packet of parseRtcp(bytes) ?? []) {
        if (packet.kind !== 'sr' && packet.kind !== 'rr') continue
        if (packet.kind === 'sr' && packet.ssrc === source?.ssrc) source.stats.senderReport(packet, nowMs)
        takeReports(packet.reports, ssrc)
      }
    },
    due(nowMs, sent) {
      nextMs ??= nowMs + intervalMs / 2 // RFC 3550 §6.2: the first report after half the interval
      if (nowMs < nextMs) return undefined
      nextMs = nowMs + intervalMs
      return serializeRtcp(compound(sent(), nowMs))
    },
    goodbye: (sent, nowMs) => serializeRtcp([...compound(sent, nowMs), { kind: 'bye', ssrcs: [sent.ssrc] }]),
    get lost() {
      return Math.max(0, lostBefore + (source?.stats.lost ?? 0))
    },
    get jitterMs() {
      return source?.stats.jitterMs ?? 0
    },
    get rttMs() {
      return rttMs
    },
  }
}
