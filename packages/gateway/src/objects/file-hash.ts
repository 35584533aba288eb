import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'

/** Length and SHA-256 (lower-case hex) of what a stream gives. */
export async function measureStream(
  stream: Readable | AsyncIterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const part of stream as AsyncIterable<Uint8Array>) {
    hash.update(part)
    bytes += part.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

export function measureFile(path: string): Promise<{ bytes: number; sha256: string }> {
  return measureStream(createReadStream(path))
}
