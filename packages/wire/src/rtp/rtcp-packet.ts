/** RFC 3550 §6.4.1: what one receiver says about one source. */
export interface ReportBlock {
  readonly ssrc: number
  /** Of the packets since the last report, in 1/256. */
  readonly fractionLost: number
  /** Since the beginning; duplicates may make it negative. */
  readonly cumulativeLost: number
  readonly extendedHighestSequence: number
  /** Interarrival jitter in RTP timestamp units. */
  readonly jitter: number
  /** The middle 32 bits of the last sender report's NTP time, 0 without one. */
  readonly lastSr: number
  /** Since that report's arrival, in 1/65536 s. */
  readonly delaySinceLastSr: number
}

export interface SenderReport {
  readonly kind: 'sr'
  readonly ssrc: number
  readonly ntpSeconds: number
  readonly ntpFraction: number
  readonly rtpTimestamp: number
  readonly packetCount: number
  readonly octetCount: number
  readonly reports: readonly ReportBlock[]
}

export interface ReceiverReport {
  readonly kind: 'rr'
  readonly ssrc: number
  readonly reports: readonly ReportBlock[]
}

/** RFC 3550 §6.5; `type` 1 is CNAME. `value` is the item's UTF-8 bytes, at most 255. */
export interface SourceDescription {
  readonly kind: 'sdes'
  readonly chunks: readonly {
    readonly ssrc: number
    readonly items: readonly { readonly type: number; readonly value: Uint8Array }[]
  }[]
}

export interface Goodbye {
  readonly kind: 'bye'
  readonly ssrcs: readonly number[]
  /** UTF-8 bytes, at most 255. */
  readonly reason?: Uint8Array
}

/** APP, feedback, extended reports: kept, not interpreted. `body` follows the 4-byte header. */
export interface OtherRtcp {
  readonly kind: 'other'
  readonly packetType: number
  /** The five bits after the version, a count or a format. */
  readonly count: number
  readonly body: Uint8Array
}

export type RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye | OtherRtcp

export const rtcpType = { sr: 200, rr: 201, sdes: 202, bye: 203 } as const
