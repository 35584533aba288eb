import { rootOf } from './frontier.ts'
import type { ReadNodes } from './make-proof.ts'
import type { Node } from './ranges.ts'
import { tileWidth } from './tiles.ts'

/** Levels of nodes within a tile. */
const tileHeight = 8

export interface TilePart {
  readonly level: number
  readonly index: number
}

/** Gives the hashes that a log’s tiles begin with: of a partial tile those that are there. One call for all that a proof needs. */
export type ReadTiles = (tiles: readonly TilePart[]) => Promise<readonly (readonly Uint8Array[])[]>

/** Gives nodes out of tiles. The result rejects with `RangeError` when a tile is shorter than the log must be. */
export function nodesOfTiles(readTiles: ReadTiles): ReadNodes {
  return async (nodes) => {
    const places = nodes.map(placeOf)
    const wanted = new Map(places.map((place) => [`${place.tile.level}/${place.tile.index}`, place.tile]))
    const tiles = await readTiles([...wanted.values()])
    const byName = new Map([...wanted.keys()].map((name, at) => [name, tiles[at] ?? []]))
    return places.map(({ tile, from, to }) => {
      const hashes = byName.get(`${tile.level}/${tile.index}`)?.slice(from, to) ?? []
      if (hashes.length < to - from) throw new RangeError('a tile of the log is missing')
      return rootOf(hashes)
    })
  }
}

/** Which tile holds a node, as which of its hashes. */
function placeOf({ level, index }: Node): { tile: TilePart; from: number; to: number } {
  const tileLevel = Math.floor(level / tileHeight)
  const width = 2 ** (level % tileHeight)
  const tileIndex = Math.floor((index * width) / tileWidth)
  const from = index * width - tileIndex * tileWidth
  return { tile: { level: tileLevel, index: tileIndex }, from, to: from + width }
}
