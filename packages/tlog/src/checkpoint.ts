import { hashFromBase64, parseSize, toBase64 } from './base64.ts'
import { hashBytes } from './hash.ts'
import { isKeyName } from './note.ts'

/** How far a log got (C2SP tlog-checkpoint): which log, how many leaves, and the root over them. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** The longest origin that an ML-DSA-44 cosignature can name. */
const maxOriginBytes = 255

/** The text that is signed. Throws `RangeError` for an origin that no key can be named after. */
export function serializeCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!isOrigin(origin) || root.length !== hashBytes || !Number.isSafeInteger(size) || size < 0)
    throw new RangeError('this is no state of a log')
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

/**
 * Reads a note’s text. Extension lines are refused: ours have none, and an ML-DSA-44 signature would not cover them.
 * Never throws.
 */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const lines = text.split('\n')
  const [origin = '', sizeText = '', rootText = '', end] = lines
  const size = parseSize(sizeText)
  const root = hashFromBase64(rootText)
  if (lines.length !== 4 || end !== '' || !isOrigin(origin) || size === undefined || root === undefined)
    return undefined
  return { origin, size, root }
}

export function isOrigin(origin: string): boolean {
  return isKeyName(origin) && Buffer.byteLength(origin) <= maxOriginBytes
}
