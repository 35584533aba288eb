import { constants } from 'node:fs'
import { open, rename, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeyError } from './error.ts'

/** What a file was when it was read: another text has another stamp. */
export async function fileStamp(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch (cause) {
    throw new KeyError('KEYRING_NOT_FOUND', 'the keyring cannot be read', { cause })
  }
}

/** Reads the file's text after checking that only its owner may. */
export async function readPrivateFile(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new KeyError('KEYRING_NOT_FOUND', 'the keyring cannot be read', { cause })
  })
  try {
    if (((await file.stat()).mode & 0o077) !== 0)
      throw new KeyError('KEYRING_EXPOSED', 'others may read the keyring; run: chmod 600 on it')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** Writes a new file (mode 0600); refuses to touch one that is there. */
export async function createPrivateFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw exists
      ? new KeyError('KEYRING_EXISTS', 'there is a keyring already; it is not overwritten', { cause })
      : notWritten(cause)
  })
  await fill(file, text)
  await syncFolder(path)
}

/**
 * Replaces a file whole or not at all, also across power loss, and overwrites what it held before: a key that is destroyed later
 * should not lie on in freed blocks. What has another name (a hard link: somebody's copy) is left alone; what a copy-on-write file
 * system or a flash disk keeps is beyond it.
 */
export async function replacePrivateFile(path: string, text: string): Promise<void> {
  try {
    await fill(await open(`${path}.new`, 'w', 0o600), text)
    const old = await open(path, 'r+')
    try {
      await rename(`${path}.new`, path)
      await syncFolder(path)
      const { nlink, size } = await old.stat()
      if (nlink === 0) {
        await old.write(new Uint8Array(size), 0)
        await old.sync()
      }
    } finally {
      await old.close()
    }
  } catch (cause) {
    throw cause instanceof KeyError ? cause : notWritten(cause)
  }
}

async function fill(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), constants.O_RDONLY)
  await folder.sync().finally(() => folder.close())
}

function notWritten(cause: unknown): KeyError {
  return new KeyError('KEYRING_WRITE_FAILED', 'the keyring cannot be written', { cause })
}
