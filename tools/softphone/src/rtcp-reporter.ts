import { compactNtp, ntpTime, parseRtcp, rttFrom, serializeRtcp, type RtcpPacket } from '@voxkeep/wire/rtp'
import type { MediaReceiver } from './media-receiver.ts'
import type { MediaSender } from './media-sender.ts'
import { freshToken } from './sip-names.ts'

export interface RtcpReporter {
  /** Takes one authentic compound packet. */
  receive(compound: Uint8Array, nowMs: number): void
  /** Our sender report with what we know of the peer. */
  report(nowMs: number): Uint8Array
  /** The last report, with BYE: RFC 3550 §6.3.7. */
  goodbye(nowMs: number): Uint8Array
  readonly received: number
  readonly rttMs: number | undefined
}

/** RTCP of one call. `nowMs` is wall-clock time. */
export function rtcpReporter(sender: MediaSender, receiver: MediaReceiver): RtcpReporter {
  const cname = new TextEncoder().encode(freshToken(8)) // RFC 7022 §4.2: unlinkable to the caller
  let received = 0
  let rttMs: number | undefined

  const compound = (nowMs: number): RtcpPacket[] => {
    const { ssrc, timestamp, packets, octets } = sender
    const about = receiver.ssrc === undefined ? [] : [receiver.reception.reportBlock(receiver.ssrc, nowMs)]
    const counts = { rtpTimestamp: timestamp, packetCount: packets >>> 0, octetCount: octets >>> 0 }
    return [
      { kind: 'sr', ssrc, ...ntpTime(nowMs), ...counts, reports: about },
      { kind: 'sdes', chunks: [{ ssrc, items: [{ type: 1, value: cname }] }] },
    ]
  }
  return {
    receive(bytes, nowMs) {
      for (const packet of parseRtcp(bytes) ?? []) {
        if (packet.kind !== 'sr' && packet.kind !== 'rr') continue
        received += 1
        if (packet.kind === 'sr') receiver.reception.senderReport(packet, nowMs)
        const aboutUs = packet.reports.find((block) => block.ssrc === sender.ssrc)
        if (aboutUs === undefined) continue
        rttMs = rttFrom(aboutUs.lastSr, aboutUs.delaySinceLastSr, compactNtp(ntpTime(nowMs))) ?? rttMs
      }
    },
    report: (nowMs) => serializeRtcp(compound(nowMs)),
    goodbye: (nowMs) => serializeRtcp([...compound(nowMs), { kind: 'bye', ssrcs: [sender.ssrc] }]),
    get received() {
      return received
    },
    get rttMs() {
      return rttMs
    },
  }
}
