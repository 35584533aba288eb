import { foldRight } from './frontier.ts'
import { consistencyRanges, inclusionRanges, perfectNodes, type Node, type Range } from './ranges.ts'

/** Gives the hashes of perfect subtrees, in the order asked for. Rejects when one is not there. */
export type ReadNodes = (nodes: readonly Node[]) => Promise<readonly Uint8Array[]>

/** Proves that leaf `index` is in the tree of `size`, whose nodes `read` gives (RFC 9162 §2.1.3.1). Throws `RangeError` for an index outside. */
export async function makeInclusionProof(
  index: number,
  size: number,
  read: ReadNodes,
): Promise<Uint8Array[]> {
  if (!(index >= 0 && index < size)) throw new RangeError('the tree has no such leaf')
  return readRanges(inclusionRanges(index, size), read)
}

/** Proves that the tree of `size` continues the one of `first` (RFC 9162 §2.1.4.1): empty when either is all there is. */
export async function makeConsistencyProof(
  first: number,
  size: number,
  read: ReadNodes,
): Promise<Uint8Array[]> {
  if (!(first >= 0 && first <= size)) throw new RangeError('a tree continues only what is smaller')
  return readRanges(consistencyRanges(first, size), read)
}

/** The root of the first `size` leaves. */
export async function readRoot(size: number, read: ReadNodes): Promise<Uint8Array> {
  return foldRight(size === 0 ? [] : await read(perfectNodes({ from: 0, to: size })))
}

async function readRanges(ranges: readonly Range[], read: ReadNodes): Promise<Uint8Array[]> {
  const nodes = ranges.map(perfectNodes)
  const all = nodes.flat()
  const hashes = all.length === 0 ? [] : await read(all)
  let at = 0
  return nodes.map((of) => foldRight(hashes.slice(at, (at += of.length))))
}
