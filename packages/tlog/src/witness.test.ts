import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { anyText, checkpointText, noteSignature, someHash, someSize } from './arbitraries.ts'
import { rootOf } from './frontier.ts'
import { leafHash } from './hash.ts'
import { makeConsistencyProof, makeInclusionProof, type ReadNodes } from './make-proof.ts'
import { serializeNote } from './note.ts'
import { signCheckpoint } from './signed-checkpoint.ts'
import { signer } from './signer.ts'
import { parseTlogProof, serializeTlogProof, verifyTlogProof } from './tlog-proof.ts'
import { judgeAddCheckpoint, parseAddCheckpoint, serializeAddCheckpoint, type Witnessed } from './witness.ts'

const origin = 'example.com/log'
const own = signer(origin, 'ed25519', new Uint8Array(32).fill(1))
const stranger = signer(origin, 'ed25519', new Uint8Array(32).fill(9))
const leaf = (n: number) => Buffer.from(`entry ${n}`)
const leaves = Array.from({ length: 20 }, (_, n) => leafHash(leaf(n)))
const rootAt = (size: number) => rootOf(leaves.slice(0, size))
const read: ReadNodes = async (nodes) =>
  nodes.map(({ level, index }) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)))
const noteAt = (size: number, by = own, root = rootAt(size), name = origin) =>
  signCheckpoint({ origin: name, size, root }, [by], 1)
const keysOf = (name: string) => (name === origin ? [own.key] : undefined)
const at = (size: number): Witnessed => ({ size, root: rootAt(size) })

async function judge(old: number, note: string, last?: Witnessed, proofFrom = old, size = 12) {
  const proof = await makeConsistencyProof(Math.min(proofFrom, size), size, read)
  return judgeAddCheckpoint({ old, proof, checkpoint: note }, keysOf, last)
}

test('judgeAddCheckpoint() takes a first checkpoint, one that continues the last, and the last again', async () => {
  const first = await judge(0, noteAt(12))
  assert.ok(first.status === 200 && first.checkpoint.size === 12)
  assert.equal((await judge(5, noteAt(12), at(5))).status, 200)
  assert.equal((await judge(12, noteAt(12), at(12))).status, 200)
})

test('judgeAddCheckpoint() refuses as C2SP tlog-witness says', async () => {
  assert.deepEqual(await judge(0, noteAt(12, own, rootAt(12), 'example.com/other')), { status: 404 })
  assert.deepEqual(await judge(0, noteAt(12, stranger)), { status: 403 })
  assert.deepEqual(await judge(13, noteAt(12), at(13)), { status: 400 })
  assert.deepEqual(await judge(4, noteAt(12), at(5)), { status: 409, size: 5 })
  assert.deepEqual(await judge(1, noteAt(12)), { status: 409, size: 0 })
  assert.deepEqual(await judge(12, noteAt(12, own, rootAt(11)), at(12)), { status: 409, size: 12 })
  assert.deepEqual(await judge(5, noteAt(12), at(5), 6), { status: 422 })
  assert.deepEqual(await judge(0, noteAt(12), undefined, 5), { status: 422 })
  const forked = noteAt(12, own, rootOf(leaves.slice(0, 12).toReversed()))
  assert.deepEqual(await judge(5, forked, at(5)), { status: 422 })
})

test('judgeAddCheckpoint() refuses a rollback: to a size before what was cosigned', async () => {
  assert.deepEqual(await judge(5, noteAt(12), at(15)), { status: 409, size: 15 })
  assert.deepEqual(await judge(15, noteAt(12), at(15)), { status: 400 })
})

const note = fc
  .record({ text: checkpointText, signatures: fc.array(noteSignature, { minLength: 1, maxLength: 3 }) })
  .map(serializeNote)
const proofHashes = fc.array(someHash, { maxLength: 10 })

test('parseAddCheckpoint() never throws, and undoes serializeAddCheckpoint()', () => {
  fc.assert(fc.property(anyText, (text) => void parseAddCheckpoint(text)))
  fc.assert(
    fc.property(someSize, proofHashes, note, (old, proof, checkpoint) => {
      const request = { old, proof, checkpoint }
      assert.deepEqual(parseAddCheckpoint(serializeAddCheckpoint(request)), request)
      assert.ok([403, 404].includes(judgeAddCheckpoint(request, keysOf, undefined).status))
    }),
  )
})

test('parseTlogProof() never throws, and undoes serializeTlogProof()', () => {
  fc.assert(
    fc.property(
      anyText,
      (text) => void [parseTlogProof(text), parseTlogProof(`c2sp.org/tlog-proof@v1\n${text}`)],
    ),
  )
  const extra = fc.option(fc.uint8Array({ maxLength: 50 }), { nil: undefined })
  fc.assert(
    fc.property(extra, someSize, proofHashes, note, (extra, index, proof, checkpoint) => {
      const made = { extra, index, proof, checkpoint }
      assert.deepEqual(parseTlogProof(serializeTlogProof(made)), made)
    }),
  )
})

test('verifyTlogProof() believes the entry at its place, and finds any flipped bit of the file', async () => {
  const proof = await makeInclusionProof(7, 12, read)
  const extra = new Uint8Array(leaf(7))
  const file = Buffer.from(serializeTlogProof({ extra, index: 7, proof, checkpoint: noteAt(12) }))
  const judgeFile = (bytes: Buffer) => {
    const parsed = parseTlogProof(bytes.toString('utf8'))
    return (
      parsed !== undefined &&
      verifyTlogProof(parsed, parsed.extra ?? new Uint8Array(0), { log: [own.key] }).ok
    )
  }
  assert.equal(judgeFile(file), true)
  for (let byte = 0; byte < file.length; byte++) {
    const flipped = Buffer.from(file)
    flipped[byte] = (flipped[byte] ?? 0) ^ (1 << (byte % 8))
    assert.equal(judgeFile(flipped), false, `a bit of byte ${byte}`)
  }
})
