const maxRoc = 0xffffffff

/**
 * The 48-bit index nearest to the highest one authenticated so far that ends in `sequence`: RFC 3711 §3.3.1.
 * Negative for a packet from before the first rollover counter.
 */
export function estimateIndex(highest: number, sequence: number): number {
  return highest + (((sequence - (highest % 0x10000) + 0x8000) & 0xffff) - 0x8000)
}

/**
 * Rollover counters to try on the first packet of an SSRC. A peer that changed keys or moved may have kept its
 * counter, as RFC 3711 §3.3.1 asks, or reset it, and may have wrapped meanwhile.
 */
export function rolloverCandidates(kept: number, sequence: number): readonly number[] {
  // From 0 the one alternative is that the peer wrapped before its first packet reached us.
  if (kept === 0) return sequence < 0x8000 ? [0, 1] : [0]
  return [kept, 0, kept + 1, kept - 1].filter((roc, i, all) => roc <= maxRoc && all.indexOf(roc) === i)
}
