import { hashBytes } from './hash.ts'

/** Hashes in a full tile (C2SP tlog-tiles). */
export const tileWidth = 256
/** Bytes that a leaf may have: an entry bundle gives its length in 16 bits. */
export const maxLeafBytes = 65_535

export interface TileId {
  readonly level: number | 'entries'
  readonly index: number
  /** Below `tileWidth` for a partial tile. */
  readonly width: number
}

/** Where a tile is served, below a log’s prefix. */
export function tilePath({ level, index, width }: TileId): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`
}

/** Undoes `tilePath`; undefined for any other text. Never throws. */
export function parseTilePath(path: string): TileId | undefined {
  const match =
    /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(
      path,
    )
  if (match === null) return undefined
  const [, levelText = '', groups = '', widthText] = match
  const level = levelText === 'entries' ? 'entries' : Number(levelText)
  const index = Number(groups.replaceAll(/[x/]/g, ''))
  const id: TileId = { level, index, width: widthText === undefined ? tileWidth : Number(widthText) }
  return Number.isSafeInteger(index) && tilePath(id) === path ? id : undefined
}

/** The hashes of a tile, or undefined when its bytes are not whole hashes, or more than a tile has. Views of `bytes`. */
export function parseTile(bytes: Uint8Array): Uint8Array[] | undefined {
  const width = bytes.length / hashBytes
  if (!Number.isInteger(width) || width < 1 || width > tileWidth) return undefined
  return Array.from({ length: width }, (_, n) => bytes.subarray(n * hashBytes, (n + 1) * hashBytes))
}

export function serializeTile(hashes: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(hashes))
}

/** Leaves with their lengths before them. Throws `RangeError` for a leaf that is too long. */
export function serializeBundle(leaves: readonly Uint8Array[]): Uint8Array {
  const parts = leaves.flatMap((leaf) => {
    if (leaf.length > maxLeafBytes) throw new RangeError('a leaf has at most 65,535 bytes')
    return [new Uint8Array([leaf.length >> 8, leaf.length & 0xff]), leaf]
  })
  return new Uint8Array(Buffer.concat(parts))
}

/** The leaves of an entry bundle, views of `bytes`; undefined when a length does not fit, or there are more than a tile’s. */
export function parseBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  const leaves: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 + ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0)
    if (at + 2 > bytes.length || end > bytes.length || leaves.length === tileWidth) return undefined
    leaves.push(bytes.subarray(at + 2, end))
    at = end
  }
  return leaves
}
