import { edgeWidths, parseTile, tileEdge, tileWidth, type ReadTiles, type TileEdge } from '@voxkeep/tlog'
import type { TenantId } from '#kernel'
import { hashOfLeaf } from './entry.ts'
import type { AuditStore } from './store.ts'

/** Of SHA-256. */
const hashBytes = 32

/** What tells the tree of a log: its leaves and its full tiles. */
export type TreeStore = Pick<AuditStore, 'leaves' | 'tiles' | 'tileRoots'>

/** Gives a log's tiles: full ones as they are kept, others from the leaves or the level below. */
export function readTiles(store: TreeStore, tenant: TenantId): ReadTiles {
  return async (parts) => {
    const full = new Map(
      (await store.tiles(tenant, parts)).map((tile) => [`${tile.level}/${tile.index}`, tile.hashes]),
    )
    return Promise.all(
      parts.map(async ({ level, index }) => {
        const kept = full.get(`${level}/${index}`)
        return kept === undefined ? partialTile(store, tenant, level, index) : (parseTile(kept) ?? [])
      }),
    )
  }
}

async function partialTile(
  store: TreeStore,
  tenant: TenantId,
  level: number,
  index: number,
): Promise<readonly Uint8Array[]> {
  const [from, to] = [index * tileWidth, (index + 1) * tileWidth]
  if (level > 0) return rootsOf(store, tenant, level - 1, from, to)
  const leaves = await store.leaves(tenant, from, to)
  return leaves.map(({ leaf }) => hashOfLeaf(leaf))
}

/** None where one of them is no hash any more: whoever has the database may have changed its length too. */
async function rootsOf(
  store: TreeStore,
  tenant: TenantId,
  level: number,
  from: number,
  to: number,
): Promise<readonly Uint8Array[]> {
  const roots = await store.tileRoots(tenant, level, from, to)
  return roots.every(({ length }) => length === hashBytes) ? roots : []
}

/** The right edge of a log of `size`; undefined when the store does not hold what such a log must have. */
export async function readEdge(
  store: TreeStore,
  tenant: TenantId,
  size: number,
): Promise<TileEdge | undefined> {
  const levels: (readonly Uint8Array[])[] = []
  for (const [level, width] of edgeWidths(size).entries()) {
    const end = Math.floor(size / tileWidth ** level)
    if (level > 0) levels.push(await rootsOf(store, tenant, level - 1, end - width, end))
    else {
      const leaves = await store.leaves(tenant, end - width, end)
      if (leaves.some(({ idx }, n) => idx !== end - width + n)) return undefined
      levels.push(leaves.map(({ leaf }) => hashOfLeaf(leaf)))
    }
    if (levels.at(-1)?.length !== width) return undefined
  }
  return tileEdge(size, levels)
}
