import { hash } from 'node:crypto'

/** Bytes of a hash: SHA-256 throughout. */
export const hashBytes = 32

/** The root of a log without entries. */
export const emptyRoot: Uint8Array = sha256(new Uint8Array(0))

const leafInput = new Uint8Array(4_096) // what most leaves fit into: used again and again
const nodeInput = new Uint8Array(1 + 2 * hashBytes).fill(1, 0, 1)

/** A leaf’s hash (RFC 9162 §2.1.1). */
export function leafHash(leaf: Uint8Array): Uint8Array {
  const input = leaf.length < leafInput.length ? leafInput : new Uint8Array(1 + leaf.length)
  input[0] = 0
  input.set(leaf, 1)
  return sha256(input.subarray(0, 1 + leaf.length))
}

/** The hash of a node over its two children (RFC 9162 §2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + hashBytes)
  return sha256(nodeInput)
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** Whether both are the same bytes. Not for secrets. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}
