import { open } from 'node:fs/promises'

/** Reads any part of something sealed, wherever it lies. What the vault reads recordings through. */
export interface ByteSource extends AsyncDisposable {
  readonly bytes: number
  /** Up to `length` bytes from `position`; fewer only at the end. The result is the caller's. */
  read(position: number, length: number): Promise<Uint8Array>
}

/** A file on this machine. Rejects as `open` of node:fs does. */
export async function fileSource(path: string): Promise<ByteSource> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    return {
      bytes: size,
      async read(position, length) {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)))
        let read = 0
        while (read < bytes.length) {
          const { bytesRead } = await file.read(bytes, read, bytes.length - read, position + read)
          if (bytesRead === 0) break
          read += bytesRead
        }
        return bytes.subarray(0, read)
      },
      [Symbol.asyncDispose]: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}
