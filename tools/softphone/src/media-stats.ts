/** What a call's audio came to. */
export interface MediaStats {
  readonly packetsSent: number
  /** Authentic packets with audio. */
  readonly packetsReceived: number
  /** Expected less received; negative with duplicates. */
  readonly packetsLost: number
  readonly jitterMs: number
  /** Frames that came too late or not at all, and were concealed. */
  readonly framesConcealed: number
  /** By RTCP; absent before the gateway reported on us. */
  readonly rttMs?: number
  readonly rtcpReceived: number
  /** Datagrams that were not taken, by reason (`auth`, `replay`, …). */
  readonly dropped: Readonly<Record<string, number>>
}
