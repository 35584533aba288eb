import { emptyRoot, nodeHash } from './hash.ts'

/** A tree of any size in a few hashes: enough to append to it and to know its root (RFC 9162 §2.1.2). */
export interface Frontier {
  readonly size: number
  push(leaf: Uint8Array): void
  root(): Uint8Array
  /** An independent one in the same state. */
  copy(): Frontier
}

/** An empty tree, or the one whose perfect subtrees (largest first) are `hashes`. */
export function frontier(size = 0, hashes: readonly Uint8Array[] = []): Frontier {
  const perfect = [...hashes]
  let count = size
  return {
    get size() {
      return count
    },
    push(leaf) {
      let hash = leaf
      for (let rest = count; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(last(perfect), hash)
      perfect.push(hash)
      count += 1
    },
    root: () => foldRight(perfect),
    copy: () => frontier(count, perfect),
  }
}

function last(perfect: Uint8Array[]): Uint8Array {
  const hash = perfect.pop()
  if (hash === undefined) throw new RangeError('a frontier has a hash for each bit of its size')
  return hash
}

/** The root over perfect subtrees that stand side by side, largest first. */
export function foldRight(perfect: readonly Uint8Array[]): Uint8Array {
  return perfect.length === 0 ? emptyRoot : perfect.reduceRight((right, left) => nodeHash(left, right))
}

/** The Merkle tree hash of these leaf hashes. */
export function rootOf(leafHashes: Iterable<Uint8Array>): Uint8Array {
  const tree = frontier()
  for (const hash of leafHashes) tree.push(hash)
  return tree.root()
}
