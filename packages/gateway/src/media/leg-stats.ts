import type { LegStats } from './contract.ts'
import type { DelayHistogram } from './delay-histogram.ts'
import type { LegQuality } from './leg-quality.ts'
import type { RtcpSession } from './rtcp-session.ts'
import type { RtpSender } from './rtp-sender.ts'
import type { SecureChannel } from './secure-channel.ts'

/** What a leg's parts have counted, as it is told. `counted`: what was dropped or done by reason, beside what the channel dropped. */
export function legStats(o: {
  readonly rtcp: RtcpSession
  readonly quality: LegQuality
  readonly channel: SecureChannel
  readonly delays: DelayHistogram
  readonly counted: Readonly<Record<string, number>>
}): LegStats {
  const { rttMs, lost, jitterMs, peer } = o.rtcp
  const { mos } = o.quality
  const { packetsIn, packetsOut, dropped, moves } = o.channel
  return {
    packetsIn,
    packetsOut,
    lost,
    jitterMs,
    ...(rttMs !== undefined && { rttMs }),
    ...(mos !== undefined && { mos }),
    ...(peer !== undefined && { peer }),
    dropped: { ...dropped, moved: moves, ...o.counted },
    toAppP50Ms: o.delays.percentile(0.5),
    toAppP99Ms: o.delays.percentile(0.99),
  }
}

/** What a sender report says of a sender that is `aheadMs` ahead of real time: the timestamp is that of now (RFC 3550 §6.4.1). */
export function sentUntil(rtp: RtpSender, aheadMs: number) {
  const { ssrc, packets, octets, timestamp, clockRateHz } = rtp
  return { ssrc, packets, octets, timestamp: (timestamp - Math.round((aheadMs * clockRateHz) / 1_000)) >>> 0 }
}
