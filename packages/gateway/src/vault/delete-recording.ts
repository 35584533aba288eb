import { createHash } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VaultError } from './error.ts'
import { maxRecordingHeaderBytes, parseRecordingHeader, recordingPrefixBytes } from './recording-header.ts'

/** What to write into the audit log: proof of which key was destroyed. */
export interface Deletion {
  /** SHA-256 of the wrapped data key, lower-case hex; null when there was no readable header (or no file) to take it from. */
  readonly wrappedKeySha256: string | null
}

/**
 * Deletes a recording, finished or `.part`: overwrites the header, which holds the only wrapped data key, syncs that to
 * the disk, then removes the file. Idempotent. What a copy-on-write file system or a flash disk keeps of old blocks, and
 * what backups hold, is beyond it. Throws `VaultError` (`VAULT_WRITE_FAILED`).
 */
export async function deleteRecording(path: string): Promise<Deletion> {
  try {
    const finished = await shred(path)
    const part = await shred(`${path}.part`)
    const directory = await open(dirname(path), 'r')
    await directory.sync().finally(() => directory.close())
    return { wrappedKeySha256: finished ?? part ?? null }
  } catch (cause) {
    throw new VaultError('VAULT_WRITE_FAILED', 'the recording cannot be deleted', { cause })
  }
}

async function shred(path: string): Promise<string | undefined> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return undefined
  try {
    const start = new Uint8Array(recordingPrefixBytes + maxRecordingHeaderBytes)
    const { bytesRead } = await file.read(start, 0, start.length, 0)
    const info = parseRecordingHeader(start.subarray(0, bytesRead))
    await file.write(new Uint8Array(bytesRead), 0, bytesRead, 0)
    await file.sync()
    await unlink(path)
    return info && createHash('sha256').update(info.wrappedKey).digest('hex')
  } finally {
    await file.close()
  }
}
