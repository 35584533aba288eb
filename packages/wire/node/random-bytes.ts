import { randomFillSync } from 'node:crypto'

/** `length` unpredictable bytes, in memory that the caller owns alone. */
export function nodeRandomBytes(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length))
}
