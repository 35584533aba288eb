export interface Found {
  /** Index of the needle. */
  readonly needle: number
  readonly offset: number
}

/** The first place of each needle in `haystack`, in one pass however many needles there are. Needles have two bytes or more. */
export function findAny(haystack: Uint8Array, needles: readonly Uint8Array[]): Found[] {
  const byStart = new Map<number, number[]>()
  const starts = new Uint8Array(0x1_0000)
  for (const [index, needle] of needles.entries()) {
    const start = ((needle[0] ?? 0) << 8) | (needle[1] ?? 0)
    starts[start] = 1
    byStart.set(start, [...(byStart.get(start) ?? []), index])
  }
  const found = new Map<number, number>()
  for (let at = 0; at + 1 < haystack.length; at += 1) {
    const start = ((haystack[at] ?? 0) << 8) | (haystack[at + 1] ?? 0)
    if (starts[start] === 0) continue
    for (const index of byStart.get(start) ?? []) {
      if (!found.has(index) && isAt(haystack, at, needles[index])) found.set(index, at)
    }
  }
  return [...found].map(([needle, offset]) => ({ needle, offset }))
}

function isAt(haystack: Uint8Array, at: number, needle: Uint8Array | undefined): boolean {
  if (needle === undefined || at + needle.length > haystack.length) return false
  for (let i = 0; i < needle.length; i += 1) if (haystack[at + i] !== needle[i]) return false
  return true
}
