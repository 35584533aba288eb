const maxIndex = 2 ** 48

/**
 * The 48-bit index nearest to the highest one authenticated so far that ends in `sequence`: RFC 3711 §3.3.1.
 * Negative for a packet from before the first rollover counter.
 */
export function estimateIndex(highest: number, sequence: number): number {
  return highest + (((sequence - (highest % 0x10000) + 0x8000) & 0xffff) - 0x8000)
}

/** What a peer's new key does to its rollover counters. */
export type RolloverPolicy =
  /** They go on, as RFC 3711 §3.3.1 asks. */
  | 'keep'
  /** They begin again at 0, as some peers do. */
  | 'reset'
  /** The packet's tag decides: first as if kept, then 0, then the neighbours of the kept one. */
  | 'auto'

/**
 * Packet indices to try, in this order, on the first packet of an SSRC under a key.
 *
 * @param before - Highest index of the same SSRC under another key; −1 when the SSRC is new.
 * @param furthest - Highest index of any SSRC under another key; −1 without one.
 */
export function firstIndices(
  policy: RolloverPolicy,
  sequence: number,
  before: number,
  furthest: number,
): readonly number[] {
  const at = (roc: number) => roc * 0x10000 + sequence
  const kept = before < 0 ? -1 : estimateIndex(before, sequence)
  if (policy === 'keep' && kept >= 0 && kept < maxIndex) return [kept]
  // A new stream begins at 0; its peer may have wrapped before the first packet reached us.
  const fresh = sequence < 0x8000 ? [at(0), at(1)] : [at(0)]
  if (policy !== 'auto') return fresh
  const roc = Math.floor(Math.max(kept, furthest, 0) / 0x10000)
  const tried = kept < 0 ? fresh : [kept, at(0)]
  for (const near of [at(roc), at(roc + 1), at(roc - 1)]) tried.push(near)
  return tried.filter((index, i) => index >= 0 && index < maxIndex && tried.indexOf(index) === i)
}
