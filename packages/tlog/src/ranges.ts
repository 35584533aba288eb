/** Leaves `from` up to `to` (exclusive): what one hash of a proof covers. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A perfect subtree: `2 ** level` leaves from `index * 2 ** level` on. */
export interface Node {
  readonly level: number
  readonly index: number
}

/** The ranges whose hashes prove that leaf `index` is in a tree of `size` (RFC 9162 §2.1.3.1), from the leaf up. */
export function inclusionRanges(index: number, size: number): Range[] {
  const walk = (from: number, to: number): Range[] => {
    if (to - from === 1) return []
    const middle = from + largestPowerBelow(to - from)
    return index < middle
      ? [...walk(from, middle), { from: middle, to }]
      : [...walk(middle, to), { from, to: middle }]
  }
  return index >= 0 && index < size ? walk(0, size) : []
}

/** The ranges whose hashes prove that a tree of `size` continues the one of `first` (RFC 9162 §2.1.4.1). */
export function consistencyRanges(first: number, size: number): Range[] {
  const walk = (from: number, to: number, known: boolean): Range[] => {
    if (first === to) return known ? [] : [{ from, to }]
    const middle = from + largestPowerBelow(to - from)
    return first <= middle
      ? [...walk(from, middle, known), { from: middle, to }]
      : [...walk(middle, to, false), { from, to: middle }]
  }
  return first > 0 && first < size ? walk(0, size, true) : []
}

/** The perfect subtrees of a range, largest first. The range begins where a subtree of its size may begin. */
export function perfectNodes({ from, to }: Range): Node[] {
  const nodes: Node[] = []
  for (let start = from; start < to;) {
    let level = 0
    while (2 ** (level + 1) <= to - start) level += 1
    const width = 2 ** level
    nodes.push({ level, index: start / width })
    start += width
  }
  return nodes
}

function largestPowerBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}
