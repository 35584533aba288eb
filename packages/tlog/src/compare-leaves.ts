import { sameBytes } from './hash.ts'

/** How what is there differs from what the hashes say: entries that were changed, are gone, or were put in. */
export type Difference =
  | { readonly kind: 'altered'; readonly index: number; readonly at: number }
  /** `at`: before which of the lines it is missing. */
  | { readonly kind: 'removed'; readonly index: number; readonly at: number }
  /** `index`: before which entry it was put. */
  | { readonly kind: 'inserted'; readonly index: number; readonly at: number }

/**
 * Compares the hashes of the lines that are there (`found`) with those that should be (`expected`, from `first` on). A line that is
 * expected further on means that those between are gone, one that nobody expects was altered, or put in where its successor fits.
 */
export function compareLeaves(
  found: readonly Uint8Array[],
  expected: readonly Uint8Array[],
  first: number,
): Difference[] {
  const differences: Difference[] = []
  const later = new Map(expected.map((hash, n) => [key(hash), n]))
  let next = 0
  for (const [at, hash] of found.entries()) {
    const wanted = expected[next]
    if (wanted !== undefined && sameBytes(hash, wanted)) {
      next += 1
      continue
    }
    const elsewhere = later.get(key(hash))
    if (elsewhere !== undefined && elsewhere > next) {
      for (; next < elsewhere; next++) differences.push({ kind: 'removed', index: first + next, at })
      next += 1
    } else if (wanted === undefined || isNext(found[at + 1], wanted))
      differences.push({ kind: 'inserted', index: first + next, at })
    else {
      differences.push({ kind: 'altered', index: first + next, at })
      next += 1
    }
  }
  for (; next < expected.length; next++)
    differences.push({ kind: 'removed', index: first + next, at: found.length })
  return differences
}

function isNext(hash: Uint8Array | undefined, wanted: Uint8Array): boolean {
  return hash !== undefined && sameBytes(hash, wanted)
}

function key(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1')
}
