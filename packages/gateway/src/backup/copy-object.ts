import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import type { ByteSource } from '#kernel'
import type { ObjectStore, StoredObject } from '#objects'

const blockBytes = 1024 * 1024

export interface Expected {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Copies what is sealed already into a store, by way of a file of its own: a copy that shared the original’s blocks would be lost with them.
 * Undefined when the source is not what was listed. Disposes the source.
 */
export async function copyObject(
  source: ByteSource,
  expected: Expected,
  to: { readonly store: ObjectStore; readonly key: string; readonly file: string },
): Promise<StoredObject | undefined> {
  await using from = source
  // Whoever can write rows names no path of ours.
  if (!/^[0-9a-f]{64}$/.test(expected.sha256)) return undefined
  try {
    const found = await writeFile(from, to.file)
    if (found.bytes !== expected.bytes || found.sha256 !== expected.sha256) return undefined
    return await to.store.put(to.key, to.file, expected)
  } finally {
    await rm(to.file, { force: true })
  }
}

async function writeFile(source: ByteSource, path: string): Promise<Expected> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  let at = 0
  try {
    while (at < source.bytes) {
      const part = await source.read(at, blockBytes)
      if (part.length === 0) break
      hash.update(part)
      await file.write(part)
      at += part.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { bytes: at, sha256: hash.digest('hex') }
}
