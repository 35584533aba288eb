import { foldRight, rootOf } from './frontier.ts'
import { perfectNodes } from './ranges.ts'
import { serializeTile, tileWidth } from './tiles.ts'

/** A tile that will never change any more, with the hash that stands for it in the level above. */
export interface FullTile {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array
  readonly root: Uint8Array
}

/** The right edge of a tiled log: the hashes of the last, unfinished tile of each level. Enough to append and to know the root. */
export interface TileEdge {
  readonly size: number
  /** Adds a leaf’s hash; the tiles that it makes full, lowest first. */
  push(leaf: Uint8Array): FullTile[]
  root(): Uint8Array
  /** An independent copy, to go back to. */
  copy(): TileEdge
}

/** How many hashes the unfinished tile of each level has in a tree of `size`: the levels from 0 up to the highest that has any. */
export function edgeWidths(size: number): number[] {
  const widths: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / tileWidth)) widths.push(rest % tileWidth)
  return widths
}

/** The edge of a log of `size`, from its unfinished tiles’ hashes. Throws `RangeError` when they are not as many as `edgeWidths` says. */
export function tileEdge(size = 0, levels: readonly (readonly Uint8Array[])[] = []): TileEdge {
  if (edgeWidths(size).some((width, level) => levels[level]?.length !== width))
    throw new RangeError('the edge does not fit the size')
  const partial = levels.map((level) => [...level])
  let count = size
  const add = (level: number, hash: Uint8Array): FullTile[] => {
    const hashes = (partial[level] ??= [])
    if (hashes.push(hash) < tileWidth) return []
    partial[level] = []
    const root = rootOf(hashes)
    const index = Math.floor(count / tileWidth ** (level + 1)) - 1
    return [{ level, index, hashes: serializeTile(hashes), root }, ...add(level + 1, root)]
  }
  return {
    get size() {
      return count
    },
    push(leaf) {
      count += 1
      return add(0, leaf)
    },
    root: () => foldRight(partial.toReversed().flatMap(perfectHashes)),
    copy: () => tileEdge(count, partial),
  }
}

/** The perfect subtrees of a row of hashes, largest first. */
function perfectHashes(hashes: readonly Uint8Array[]): Uint8Array[] {
  return perfectNodes({ from: 0, to: hashes.length }).map(({ level, index }) =>
    rootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)),
  )
}
