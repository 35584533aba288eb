import { open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VaultError } from './error.ts'

/**
 * Removes a recording's file, finished or `.part`, durably. Its key is to be shredded first: what copies, a copy-on-write file
 * system or a flash disk keep of it can then be opened by nobody. Idempotent. Throws `VaultError` (`VAULT_WRITE_FAILED`).
 */
export async function deleteRecording(path: string): Promise<void> {
  try {
    await rm(path, { force: true })
    await rm(`${path}.part`, { force: true })
    const directory = await open(dirname(path), 'r')
    await directory.sync().finally(() => directory.close())
  } catch (cause) {
    throw new VaultError('VAULT_WRITE_FAILED', 'the recording cannot be deleted', { cause })
  }
}
