import { emptyRoot, hashBytes, nodeHash, sameBytes } from './hash.ts'

/** A proof for the largest tree that a number counts is no longer. */
export const maxProofHashes = 63

/**
 * Whether `proof` shows that the leaf with hash `leaf` stands at `index` of the tree of `size` with `root` (RFC 9162 §2.1.3.2).
 * Never throws, whatever it is given.
 */
export function verifyInclusion(o: {
  readonly leaf: Uint8Array
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean {
  if (!isCount(o.index) || !isCount(o.size) || o.index >= o.size || !areHashes([o.leaf, o.root, ...o.proof]))
    return false
  let [own, last, hash] = [o.index, o.size - 1, o.leaf]
  for (const sibling of o.proof) {
    if (last === 0) return false
    if (own % 2 === 1 || own === last) {
      hash = nodeHash(sibling, hash)
      while (own % 2 === 0 && own > 0) [own, last] = [half(own), half(last)]
    } else hash = nodeHash(hash, sibling)
    ;[own, last] = [half(own), half(last)]
  }
  return last === 0 && sameBytes(hash, o.root)
}

/**
 * Whether `proof` shows that the tree of `size` with `root` continues the one of `first` with `firstRoot` (RFC 9162 §2.1.4.2).
 * An empty first tree proves nothing and is refused: who accepts that must do so himself. Never throws.
 */
export function verifyConsistency(o: {
  readonly first: number
  readonly firstRoot: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean {
  if (o.first === 0) return false
  const { first, firstRoot, size, root, proof } = o
  return verifySubtreeConsistency({ start: 0, end: first, subtreeRoot: firstRoot, size, root, proof })
}

/** Whether leaves `start` up to `end`, a subtree with `subtreeRoot`, are those of the tree of `size` with `root`. Never throws. */
export function verifySubtreeConsistency(o: {
  readonly start: number
  readonly end: number
  readonly subtreeRoot: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean {
  if (!isSubtree(o.start, o.end) || !isCount(o.size) || o.end > o.size) return false
  if (o.start === o.end) return o.proof.length === 0 && sameBytes(o.subtreeRoot, emptyRoot)
  if (o.proof.length > 0 && !areHashes([o.subtreeRoot, o.root, ...o.proof])) return false
  // Where the walk is, of the levels above the leaves: the subtree's first and last node, and the tree's last.
  let [from, own, last] = [o.start, o.end - 1, o.size - 1]
  // What is complete at the subtree’s right edge needs no proof of its own.
  while (from !== own && (own === last || own % 2 === 1))
    [from, own, last] = [half(from), half(own), half(last)]
  const rest = [...o.proof]
  const seed = from === own ? o.subtreeRoot : rest.shift()
  if (seed === undefined) return false
  let [partHash, treeHash] = [seed, seed]
  for (const hash of rest) {
    if (last === 0) return false
    if (own % 2 === 1 || own === last) {
      if (from < own) partHash = nodeHash(hash, partHash)
      treeHash = nodeHash(hash, treeHash)
      while (own % 2 === 0 && own > 0) [from, own, last] = [half(from), half(own), half(last)]
    } else treeHash = nodeHash(treeHash, hash)
    ;[from, own, last] = [half(from), half(own), half(last)]
  }
  return last === 0 && sameBytes(partHash, o.subtreeRoot) && sameBytes(treeHash, o.root)
}

/** A subtree begins at a multiple of the power of two that holds it. */
function isSubtree(start: number, end: number): boolean {
  if (!isCount(start) || !isCount(end) || start > end) return false
  let width = 1
  while (width < end - start) width *= 2
  return start % width === 0
}

function half(n: number): number {
  return Math.floor(n / 2)
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.length <= maxProofHashes + 2 && hashes.every((hash) => hash.length === hashBytes)
}
