/**
 * Extends 16-bit RTP sequence numbers across their wrap (RFC 3550 §A.1): each is taken as the nearest to
 * the highest seen, so a late packet from before a wrap gets the smaller number. May go below zero for
 * packets that precede the first.
 */
export function sequenceExtender(): (sequence: number) => number {
  let highest: number | undefined
  return (sequence) => {
    highest ??= sequence
    const extended = highest + (((sequence - highest + 0x8000) & 0xffff) - 0x8000)
    highest = Math.max(highest, extended)
    return extended
  }
}

/** Extends 32-bit RTP timestamps across their wrap, in the same way. */
export function timestampExtender(): (timestamp: number) => number {
  let highest: number | undefined
  return (timestamp) => {
    highest ??= timestamp
    // `| 0` reads the 32-bit difference as signed: nearer than half the circle either way.
    const extended = highest + ((timestamp - highest) | 0)
    highest = Math.max(highest, extended)
    return extended
  }
}
