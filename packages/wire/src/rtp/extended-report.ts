/** What a peer measured of our audio: the VoIP Metrics block of RFC 3611 §4.7. Absent fields were not measured. */
export interface VoipMetrics {
  /** The stream that was measured. */
  readonly ssrc: number
  /** Of the packets, 0 to 1: lost on the way, and thrown away by the peer's jitter buffer. */
  readonly lossFraction: number
  readonly discardFraction: number
  readonly roundTripMs: number
  readonly endSystemMs: number
  /** 0 to 100. */
  readonly rating?: number
  /** Conversational quality, 1 to 5. */
  readonly mos?: number
}

export const extendedReportType = 207

const voipMetricsType = 7
const voipMetricsBytes = 32
const blockHeaderBytes = 4

/**
 * Finds the VoIP Metrics in an extended report. Blocks of other kinds are passed over; what is cut short ends the search.
 *
 * @param body - What follows the RTCP header of a packet of type 207.
 */
export function parseVoipMetrics(body: Uint8Array): VoipMetrics[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const found: VoipMetrics[] = []
  let at = 4 // after the reporter's SSRC
  while (at + blockHeaderBytes <= body.length) {
    const start = at + blockHeaderBytes
    const bytes = 4 * view.getUint16(at + 2)
    if (start + bytes > body.length) break
    if (view.getUint8(at) === voipMetricsType && bytes === voipMetricsBytes)
      found.push(readMetrics(view, start))
    at = start + bytes
  }
  return found
}

function readMetrics(view: DataView, at: number): VoipMetrics {
  const rating = view.getUint8(at + 20)
  const mos = view.getUint8(at + 23)
  return {
    ssrc: view.getUint32(at),
    lossFraction: view.getUint8(at + 4) / 256,
    discardFraction: view.getUint8(at + 5) / 256,
    roundTripMs: view.getUint16(at + 12),
    endSystemMs: view.getUint16(at + 14),
    // RFC 3611 §4.7.5: 127 says that it is not known, and what is out of range says nothing.
    ...(rating <= 100 && { rating }),
    ...(mos >= 10 && mos <= 50 && { mos: mos / 10 }),
  }
}
