import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { rootOf } from './frontier.ts'
import { leafHash, nodeHash } from './hash.ts'
import { makeConsistencyProof, makeInclusionProof, type ReadNodes } from './make-proof.ts'
import { verifyConsistency, verifyInclusion, verifySubtreeConsistency } from './verify-proof.ts'

const vectors = join(
  process.env['VOXKEEP_VECTORS'] ?? join(import.meta.dirname, '../../../../shared/vectors'),
  'merkle',
)
const skip =
  !existsSync(vectors) && !process.env['CI'] && 'set VOXKEEP_VECTORS to the folder with merkle/*/*.json'

interface Case {
  readonly leafIdx: number
  readonly treeSize: number
  readonly start: number
  readonly end: number
  readonly size: number
  readonly size1: number
  readonly size2: number
  readonly root: string
  readonly root1: string
  readonly root2: string
  readonly leafHash: string
  readonly proof: readonly string[] | null
  readonly desc: string
  readonly wantErr: boolean
}
const bytes = (text: string | null | undefined) => new Uint8Array(Buffer.from(text ?? '', 'base64'))
const proofOf = ({ proof }: Case) => (proof ?? []).map(bytes)

function* cases(kind: string): Iterable<[file: string, one: Case]> {
  for (const file of globSync('**/*.json', { cwd: join(vectors, kind) }))
    yield [file, JSON.parse(readFileSync(join(vectors, kind, file), 'utf8')) as Case]
}
/** Every case, and at least as many as were there when this was written. */
function check(kind: string, least: number, judge: (one: Case) => boolean): void {
  const all = [...cases(kind)]
  assert.ok(all.length >= least, `${all.length} cases`)
  const wrong = all
    .filter(([, one]) => judge(one) === one.wantErr)
    .map(([file, { desc }]) => `${file}: ${desc}`)
  assert.deepEqual(wrong, [])
}

test('verifyInclusion() agrees with the vectors of transparency-dev/merkle', { skip }, () => {
  check('inclusion', 98, (one) =>
    verifyInclusion({
      leaf: bytes(one.leafHash),
      index: one.leafIdx,
      size: one.treeSize,
      root: bytes(one.root),
      proof: proofOf(one),
    }),
  )
})

test('verifyConsistency() agrees with the vectors of transparency-dev/merkle', { skip }, () => {
  check('consistency', 98, (one) =>
    verifyConsistency({
      first: one.size1,
      firstRoot: bytes(one.root1),
      size: one.size2,
      root: bytes(one.root2),
      proof: proofOf(one),
    }),
  )
})

test('verifyInclusion() agrees with the vectors for subtrees', { skip }, () => {
  check('subtreeinclusion', 100, (one) => {
    const { start, end, leafIdx } = one
    return (
      start <= end &&
      start % 2 ** Math.ceil(Math.log2(Math.max(1, end - start))) === 0 &&
      verifyInclusion({
        leaf: bytes(one.leafHash),
        index: leafIdx - start,
        size: end - start,
        root: bytes(one.root),
        proof: proofOf(one),
      })
    )
  })
})

test('verifySubtreeConsistency() agrees with the vectors for subtrees', { skip }, () => {
  check('subtreeconsistency', 100, (one) =>
    verifySubtreeConsistency({
      start: one.start,
      end: one.end,
      subtreeRoot: bytes(one.root1),
      size: one.size,
      root: bytes(one.root2),
      proof: proofOf(one),
    }),
  )
})

const encoder = new TextEncoder()
const leaves = Array.from({ length: 34 }, (_, n) => leafHash(encoder.encode(`entry ${n}`)))
const read: ReadNodes = async (nodes) =>
  nodes.map(({ level, index }) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)))

test('leafHash() and nodeHash() are what RFC 9162 §2.1.1 says', () => {
  // RFC 6962’s reference implementation publishes the hash of the empty leaf and of N123/N456.
  assert.equal(
    Buffer.from(leafHash(new Uint8Array(0))).toString('hex'),
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  )
  assert.equal(
    Buffer.from(leafHash(encoder.encode('L123456'))).toString('hex'),
    '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
  )
  const [left, right] = [leaves[0] as Uint8Array, leaves[1] as Uint8Array]
  assert.deepEqual(rootOf([left, right]), nodeHash(left, right))
})

test('every inclusion proof verifies for its leaf and no other', async () => {
  for (let size = 1; size <= leaves.length; size++) {
    const root = rootOf(leaves.slice(0, size))
    for (let index = 0; index < size; index++) {
      const proof = await makeInclusionProof(index, size, read)
      const claim = { leaf: leaves[index] as Uint8Array, index, size, root, proof }
      assert.equal(verifyInclusion(claim), true)
      assert.equal(verifyInclusion({ ...claim, index: (index + 1) % size }), size === 1)
      assert.equal(verifyInclusion({ ...claim, leaf: leaves[(index + 1) % 34] as Uint8Array }), false)
    }
  }
})

test('every consistency proof verifies, and none for a forked tree', async () => {
  for (let size = 1; size <= leaves.length; size++)
    for (let first = 1; first <= size; first++) {
      const proof = await makeConsistencyProof(first, size, read)
      const [firstRoot, root] = [rootOf(leaves.slice(0, first)), rootOf(leaves.slice(0, size))]
      assert.equal(verifyConsistency({ first, firstRoot, size, root, proof }), true)
      const forked = rootOf(leaves.slice(0, first).toReversed())
      assert.equal(verifyConsistency({ first, firstRoot: forked, size, root, proof }), first === 1)
    }
})

const someHash = fc.uint8Array({ minLength: 31, maxLength: 33 })
const someSize = fc.oneof(fc.integer(), fc.double(), fc.maxSafeNat())

test('verifyInclusion() and verifyConsistency() never throw, and refuse what is random', () => {
  fc.assert(
    fc.property(
      someHash,
      someSize,
      someSize,
      someHash,
      fc.array(someHash),
      (leaf, index, size, root, proof) => {
        assert.equal(verifyInclusion({ leaf, index, size, root, proof }), false)
        const claim = { first: index, firstRoot: leaf, size, root, proof }
        assert.equal(verifyConsistency(claim) && Buffer.compare(leaf, root) !== 0, false)
      },
    ),
  )
})
