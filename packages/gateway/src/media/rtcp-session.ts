import type { Clock } from '#kernel'
import {
  compactNtp,
  extendedReportType,
  mosOf,
  ntpTime,
  parseRtcp,
  parseVoipMetrics,
  receptionStats,
  rttFrom,
  serializeRtcp,
  type ReceptionStats,
  type ReportBlock,
  type RtcpPacket,
} from '@voxkeep/wire/rtp'
import type { HearingWatch } from './hearing-watch.ts'
import { peerMos } from './quality.ts'

/** What our sender has sent, for the sender report. */
export interface Sent {
  readonly ssrc: number
  readonly packets: number
  readonly octets: number
  readonly timestamp: number
}

/** The RTCP of one leg: RFC 3550 §6. */
export interface RtcpSession {
  /** Takes the rate of the RTP clock; another one starts new statistics. */
  configure(clockRateHz: number): void
  /** Call once for each authentic RTP packet; a new SSRC starts new statistics. */
  received(ssrc: number, sequence: number, timestamp: number, nowMs: number): void
  /** Takes one opened compound packet; its reports about our stream tell how we are received. */
  receive(compound: Uint8Array, ours: Pick<Sent, 'ssrc' | 'packets'>, nowMs: number): void
  /** A compound packet when one is due, about every five seconds. */
  due(nowMs: number, sent: () => Sent): Uint8Array | undefined
  goodbye(sent: Sent, nowMs: number): Uint8Array
  readonly packetsIn: number
  readonly lost: number
  /** Runs of lost packets. */
  readonly holes: number
  readonly jitterMs: number
  readonly rttMs: number | undefined
  /** What the peer last said of what it hears. */
  readonly peer: PeerReport | undefined
}

export interface PeerReport {
  /** Of all our packets, 0 to 1. */
  readonly lostFraction: number
  readonly jitterMs: number
  readonly mos: number
}

const usualClockHz = 8_000
const intervalMs = 5_000
const cnameItem = 1

export interface RtcpSessionOptions {
  readonly clock: Clock
  readonly cname: string
  /** Hears who hears whom. */
  readonly hearing: HearingWatch
}

export function rtcpSession({ clock, cname, hearing }: RtcpSessionOptions): RtcpSession {
  const name = new TextEncoder().encode(cname)
  let source: { ssrc: number; stats: ReceptionStats } | undefined
  let clockRateHz = usualClockHz
  const before = { received: 0, lost: 0, holes: 0 }
  let rttMs: number | undefined
  let peer: PeerReport | undefined
  /** The peer's own estimate (RFC 3611), which knows its jitter buffer. */
  let measuredMos: number | undefined
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

  function takeReports(reports: readonly ReportBlock[], ours: Pick<Sent, 'ssrc' | 'packets'>): void {
    const block = reports.find(({ ssrc }) => ssrc === ours.ssrc)
    hearing.peerHeard(block?.extendedHighestSequence, ours.packets)
    if (block === undefined) return
    rttMs = rttFrom(block.lastSr, block.delaySinceLastSr, compactNtp(ntpTime(clock.now()))) ?? rttMs
    const lostFraction = Math.min(1, Math.max(0, block.cumulativeLost) / Math.max(1, ours.packets))
    const mos = measuredMos ?? peerMos(lostFraction, (rttMs ?? 0) / 2)
    peer = { lostFraction, jitterMs: (block.jitter * 1_000) / clockRateHz, mos }
  }

  function takeMetrics(body: Uint8Array, ssrc: number): void {
    const metrics = parseVoipMetrics(body).find((each) => each.ssrc === ssrc)
    if (metrics === undefined) return
    const rated = metrics.rating === undefined ? undefined : mosOf(metrics.rating)
    measuredMos = metrics.mos ?? rated ?? measuredMos
    if (peer !== undefined && measuredMos !== undefined) peer = { ...peer, mos: measuredMos }
  }

  function leaveSource(): void {
    before.received += source?.stats.received ?? 0
    before.lost += source?.stats.lost ?? 0
    before.holes += source?.stats.holes ?? 0
    source = undefined
  }

  return {
    configure(rateHz) {
      if (rateHz !== clockRateHz) leaveSource()
      clockRateHz = rateHz
    },
    received(ssrc, sequence, timestamp, nowMs) {
      if (source?.ssrc !== ssrc) {
        leaveSource()
        source = { ssrc, stats: receptionStats(clockRateHz) }
      }
      source.stats.receive(sequence, timestamp, nowMs)
    },
    receive(bytes, ours, nowMs) {
      for (const packet of parseRtcp(bytes) ?? []) {
        if (packet.kind === 'other' && packet.packetType === extendedReportType) {
          takeMetrics(packet.body, ours.ssrc)
        }
        if (packet.kind !== 'sr' && packet.kind !== 'rr') continue
        if (packet.kind === 'sr') {
          if (packet.ssrc === source?.ssrc) source.stats.senderReport(packet, nowMs)
          hearing.peerSent(packet.packetCount, before.received + (source?.stats.received ?? 0))
        }
        takeReports(packet.reports, ours)
      }
    },
    due(nowMs, sent) {
      nextMs ??= nowMs + intervalMs / 2 // RFC 3550 §6.2: the first report after half the interval
      if (nowMs < nextMs) return undefined
      nextMs = nowMs + intervalMs
      return serializeRtcp(compound(sent(), nowMs))
    },
    goodbye: (sent, nowMs) => serializeRtcp([...compound(sent, nowMs), { kind: 'bye', ssrcs: [sent.ssrc] }]),
    get packetsIn() {
      return before.received + (source?.stats.received ?? 0)
    },
    get lost() {
      return Math.max(0, before.lost + (source?.stats.lost ?? 0))
    },
    get holes() {
      return before.holes + (source?.stats.holes ?? 0)
    },
    get jitterMs() {
      return source?.stats.jitterMs ?? 0
    },
    get rttMs() {
      return rttMs
    },
    get peer() {
      return peer
    },
  }
}
