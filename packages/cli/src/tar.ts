import { open } from 'node:fs/promises'

/** One file in a tar archive. */
export interface TarEntry {
  readonly path: string
  readonly bytes: number
}

const blockBytes = 512
const partBytes = 64 * 1024

/**
 * The entry of a header block (POSIX.1-1988 ustar) that is a plain file under its own name; undefined for anything else, as the end of an
 * archive is. Never throws.
 */
export function parseTarHeader(header: Uint8Array): TarEntry | undefined {
  if (header.length < blockBytes) return undefined
  const text = (start: number, end: number) =>
    Buffer.from(header.subarray(start, end)).toString('latin1').split('\0')[0] ?? ''
  const [path, size, said] = [text(0, 100), text(124, 136), text(148, 156).trim()]
  const summed = header
    .subarray(0, blockBytes)
    .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  // Links, extended headers and prefixed names are what an unpacker would make something else of.
  const isPlain = text(156, 157) === '0' && text(157, 257) === '' && text(345, 500) === ''
  const isWhole = /^[\x21-\x7e]{1,100}$/.test(path) && /^[0-7]{11}$/.test(size)
  if (!isPlain || !isWhole || said !== summed.toString(8).padStart(6, '0')) return undefined
  return { path, bytes: Number.parseInt(size, 8) }
}

/**
 * The files of an archive, in order, each with its content in parts, which must be read before the next file is asked for. Rejects when
 * the archive is cut off in a file, or holds anything but plain files and its end: what is not looked at here must not be unpacked elsewhere.
 */
export async function* readTar(
  file: string,
): AsyncGenerator<TarEntry & { readonly content: AsyncIterable<Uint8Array> }> {
  await using handle = await open(file, 'r')
  let position = 0
  const read = async (length: number) => {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, position)
    position += bytesRead
    return buffer.subarray(0, bytesRead)
  }
  async function* contentOf(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      const part = await read(Math.min(left, partBytes))
      if (part.length === 0) throw new Error('the archive is cut off')
      left -= part.length
      yield part
    }
    position += (blockBytes - (bytes % blockBytes)) % blockBytes
  }
  for (;;) {
    const header = await read(blockBytes)
    const entry = parseTarHeader(header)
    if (entry !== undefined) yield { ...entry, content: contentOf(entry.bytes) }
    else if (header.some((byte) => byte !== 0))
      throw new Error('the archive holds something that is no plain file')
    else if (header.length === 0) return
  }
}
