/**
 * Follows a sender's clock against ours. Every packet is late by what its way took; the least late ones of some seconds
 * show the clocks alone.
 */
export interface ClockDrift {
  /**
   * Takes one packet that ends `leadSamples` before the moment it came, on the track. Returns −1 when the track has run
   * ahead of real time by more than half a packet, 1 when it has fallen back by as much, else 0.
   */
  arrived(leadSamples: number, packetSamples: number, nowMs: number): -1 | 0 | 1
  /** The track was put right: what was measured before says nothing any more. */
  corrected(): void
  /** The track was laid anew. */
  reset(): void
}

const windowMs = 10_000
/**
 * A track is laid by its first packet, which may be late: that is found out while the call begins, when hardly anybody
 * listens yet, in a first window this short.
 */
const settlingMs = 1_000
/** Of a packet. Half of one would have the track go to and fro; more leaves recordings further off. */
const tolerated = 0.6
/** A window with fewer packets says more about the network than about clocks. */
const provingPackets = 50
const settlingPackets = 20

export function clockDrift(): ClockDrift {
  let most = -Infinity
  let packets = 0
  let endsMs: number | undefined
  let settled = false
  function begin(): void {
    most = -Infinity
    packets = 0
    endsMs = undefined
  }
  return {
    corrected: begin,
    reset() {
      settled = false
      begin()
    },
    arrived(leadSamples, packetSamples, nowMs) {
      endsMs ??= nowMs + (settled ? windowMs : settlingMs)
      if (leadSamples > most) most = leadSamples
      packets += 1
      if (nowMs < endsMs) return 0
      const lead = packets < (settled ? provingPackets : settlingPackets) ? 0 : most
      const wasSettled = settled
      begin()
      settled = true
      if (lead > tolerated * packetSamples) return -1
      // Within a second no clock falls back by so much: the way grew longer, and may do so again.
      return wasSettled && lead < -tolerated * packetSamples ? 1 : 0
    },
  }
}
