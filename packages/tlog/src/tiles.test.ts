import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { rootOf } from './frontier.ts'
import { leafHash } from './hash.ts'
import { makeConsistencyProof, makeInclusionProof } from './make-proof.ts'
import { edgeWidths, tileEdge, type FullTile } from './tile-edge.ts'
import { nodesOfTiles, type ReadTiles } from './tile-reader.ts'
import {
  parseBundle,
  parseTile,
  parseTilePath,
  serializeBundle,
  serializeTile,
  tilePath,
  tileWidth,
} from './tiles.ts'
import { verifyConsistency, verifyInclusion } from './verify-proof.ts'

test('tilePath() is what C2SP tlog-tiles says', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067')
  assert.equal(tilePath({ level: 63, index: 5, width: 112 }), 'tile/63/005.p/112')
  assert.equal(tilePath({ level: 'entries', index: 1_000, width: 256 }), 'tile/entries/x001/000')
})

test('parseTilePath() refuses every other spelling', () => {
  const wrong = [
    '',
    'tile/0/5',
    'tile/00/005',
    'tile/64/005',
    'tile/0/x000/005',
    'tile/0/005.p/256',
    'tile/0/005.p/0',
    'tile/0/005.p/01',
    'tile/0/005/',
    '/tile/0/005',
    'tile/x/005',
    'tile/0/001/002',
  ]
  for (const path of wrong) assert.equal(parseTilePath(path), undefined, path)
})

test('parseTilePath() never throws, and undoes tilePath()', () => {
  fc.assert(fc.property(fc.string(), (path) => void parseTilePath(`tile/0/${path}`)))
  const level = fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const))
  fc.assert(
    fc.property(level, fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
      assert.deepEqual(parseTilePath(tilePath({ level, index, width })), { level, index, width })
    }),
  )
})

test('parseBundle() and parseTile() never throw, and undo their serializers', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void [parseBundle(bytes), parseTile(bytes)]),
  )
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (leaves) => {
      assert.deepEqual(parseBundle(serializeBundle(leaves)), leaves)
    }),
  )
  const hashes = Array.from({ length: 9 }, (_, n) => new Uint8Array(32).fill(n))
  assert.deepEqual(parseTile(serializeTile(hashes)), hashes)
  assert.throws(() => serializeBundle([new Uint8Array(65_536)]), RangeError)
})

test('edgeWidths() is the example of C2SP tlog-tiles: 70,000 leaves', () => {
  assert.deepEqual(edgeWidths(70_000), [112, 17, 1])
  assert.deepEqual(edgeWidths(256), [0, 1])
  assert.deepEqual(edgeWidths(0), [])
})

const large = 66_000

/** A log of `size` leaves in tiles. */
function tiled(size: number) {
  const edge = tileEdge()
  const tiles = new Map<string, FullTile>()
  const leaves: Uint8Array[] = []
  for (let n = 0; n < size; n++) {
    const hash = leafHash(Buffer.from(`${n}`))
    leaves.push(hash)
    for (const tile of edge.push(hash)) tiles.set(`${tile.level}/${tile.index}`, tile)
  }
  const readTiles: ReadTiles = async (parts) =>
    parts.map(({ level, index }) => {
      const full = tiles.get(`${level}/${index}`)
      if (full) return parseTile(full.hashes) ?? []
      if (level === 0) return leaves.slice(index * tileWidth)
      const below = [...tiles.values()].filter((tile) => tile.level === level - 1)
      return below.filter((tile) => tile.index >= index * tileWidth).map(({ root }) => root)
    })
  return { edge, leaves, tiles, readTiles }
}

const largeLog = tiled(large)

test('tileEdge() has the root of all leaves, goes on from its partial tiles, and copies', () => {
  const { edge, leaves, tiles } = largeLog
  assert.deepEqual(edge.root(), rootOf(leaves))
  assert.deepEqual(
    [...tiles.keys()].filter((name) => name.startsWith('1/')),
    ['1/0'],
  )
  const roots = [...tiles.values()].filter(({ level }) => level === 0).map(({ root }) => root)
  const top = tiles.get('1/0')
  assert.ok(top)
  const again = tileEdge(large, [leaves.slice(-208), roots.slice(256), [top.root]])
  const copy = again.copy()
  copy.push(leafHash(new Uint8Array(1)))
  assert.deepEqual(again.root(), edge.root())
  assert.notDeepEqual(copy.root(), edge.root())
  assert.throws(() => tileEdge(large, [leaves.slice(-207), roots.slice(256), [top.root]]), RangeError)
})

test('proofs made of tiles verify, in trees of every height', async () => {
  const { leaves, readTiles } = largeLog
  const read = nodesOfTiles(readTiles)
  for (const size of [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, large]) {
    const root = rootOf(leaves.slice(0, size))
    for (const index of [0, Math.floor(size / 2), size - 1]) {
      const proof = await makeInclusionProof(index, size, read)
      assert.equal(verifyInclusion({ leaf: leaves[index] as Uint8Array, index, size, root, proof }), true)
    }
    for (const first of [1, 200, 256, 300, 65_536]) {
      if (first > size) continue
      const proof = await makeConsistencyProof(first, size, read)
      const firstRoot = rootOf(leaves.slice(0, first))
      assert.equal(verifyConsistency({ first, firstRoot, size, root, proof }), true)
    }
  }
})

test('nodesOfTiles() rejects with RangeError where a tile is shorter than the log must be', async () => {
  await assert.rejects(
    nodesOfTiles(async (parts) => parts.map(() => []))([{ level: 0, index: 0 }]),
    RangeError,
  )
})
