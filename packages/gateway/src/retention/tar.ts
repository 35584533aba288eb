/** One file in a tar archive. */
export interface TarEntry {
  /** At most 100 plain ASCII characters. */
  readonly path: string
  readonly bytes: number
}

export const tarBlock = 512
/** The largest size that eleven octal digits say. */
const maxBytes = 8 ** 11 - 1

/**
 * The header that comes before a file’s content (POSIX.1-1988 ustar), readable by its owner alone. Throws `RangeError` for what it
 * cannot say.
 */
export function tarHeader({ path, bytes }: TarEntry, modifiedS: number): Uint8Array {
  if (!/^[\x21-\x7e]{1,100}$/.test(path) || !Number.isSafeInteger(bytes) || bytes < 0 || bytes > maxBytes)
    throw new RangeError('a tar header cannot say this')
  const header = new Uint8Array(tarBlock)
  const put = (offset: number, text: string) => header.set(Buffer.from(text, 'latin1'), offset)
  put(0, path)
  put(100, '0000600\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(124, `${bytes.toString(8).padStart(11, '0')}\0`)
  put(136, `${Math.floor(modifiedS).toString(8).padStart(11, '0')}\0`)
  put(156, '0')
  put(257, 'ustar\0')
  put(263, '00')
  put(148, ' '.repeat(8))
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return header
}

/** What fills a file’s last block. */
export function tarPadding(bytes: number): Uint8Array {
  return new Uint8Array((tarBlock - (bytes % tarBlock)) % tarBlock)
}

/** Two empty blocks end an archive. */
export const tarEnd = new Uint8Array(2 * tarBlock)
