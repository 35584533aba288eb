import assert from 'node:assert/strict'
import { createCipheriv, createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import {
  chunkBytes,
  chunkOffset,
  cobblestoneHeaderBytes,
  cobblestoneLayout,
  cobblestoneOpener,
  cobblestoneSealer,
  deriveCobblestone,
  sealedChunkBytes,
} from './cobblestone.ts'
import { random } from './test-keys.ts'

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly key: string
  readonly ctx: string
  /** zlib-deflated, then hex. */
  readonly ct: string
  readonly aeadKey?: string
  readonly baseNonce?: string
  readonly msgLength?: number
  readonly msgSha512?: string
  readonly result: 'valid' | 'invalid'
  readonly flags: readonly string[]
}
interface Vectors {
  readonly numberOfTests: number
  readonly testGroups: readonly { readonly tests: readonly Vector[] }[]
}

/** Opens a message from its first chunk to its last: the longest prefix that opens, and whether that was all of it. */
function openMessage(key: Uint8Array, context: Uint8Array, sealed: Uint8Array) {
  const layout = cobblestoneLayout(sealed.length)
  const opener = layout && cobblestoneOpener(key, context, sealed.subarray(0, cobblestoneHeaderBytes))
  if (!layout || !opener) return undefined
  const plain: Uint8Array[] = []
  for (let index = 0; index < layout.chunks; index++) {
    const chunk = opener.open(index, sealed.subarray(chunkOffset(index), chunkOffset(index + 1)))
    if (!chunk) return { prefix: Buffer.concat(plain), whole: false }
    plain.push(chunk)
  }
  return { prefix: Buffer.concat(plain), whole: layout.complete }
}
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const sha512 = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest('hex')

const folder = process.env['VOXKEEP_VECTORS'] ?? join(import.meta.dirname, '../../../../../shared/vectors')
const file = join(folder, 'wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json')
const skip = !process.env['CI'] && !existsSync(file) && `no vectors at ${file}`

test('cobblestoneOpener() agrees with every Wycheproof vector of Cobblestone-256', { skip }, async (t) => {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors
  const cases = vectors.testGroups.flatMap((group) => group.tests)
  assert.equal(cases.length, vectors.numberOfTests)
  assert.equal(cases.length, 35)
  for (const vector of cases) {
    await t.test(`cobblestoneOpener() handles Wycheproof ${vector.tcId}: ${vector.comment}`, () =>
      check(vector),
    )
  }
})

function check(vector: Vector): void {
  const [key, context, sealed] = [
    hex(vector.key),
    hex(vector.ctx),
    new Uint8Array(inflateSync(hex(vector.ct))),
  ]
  const opened = openMessage(key, context, sealed)
  if (vector.flags.includes('HeaderFailure')) return assert.equal(opened, undefined)
  assert.equal(opened?.whole, vector.result === 'valid')
  assert.equal(opened.prefix.length, vector.msgLength ?? opened.prefix.length)
  if (vector.msgSha512 !== undefined) assert.equal(sha512(opened.prefix), vector.msgSha512)
  const derived = deriveCobblestone(key, sealed.subarray(0, 24), context)
  assert.equal(derived.key.export().toString('hex'), vector.aeadKey)
  assert.equal(Buffer.from(derived.baseNonce).toString('hex'), vector.baseNonce)
}

function seal(key: Uint8Array, context: Uint8Array, message: Uint8Array): Uint8Array {
  const sealer = cobblestoneSealer(key, context, random)
  const parts = [sealer.header]
  let at = 0
  for (; message.length - at >= chunkBytes; at += chunkBytes)
    parts.push(sealer.seal(message.subarray(at, at + chunkBytes)))
  parts.push(sealer.finish(message.subarray(at)))
  return new Uint8Array(Buffer.concat(parts))
}

test('cobblestoneOpener() undoes cobblestoneSealer() at every length around a chunk', () => {
  const [key, context] = [random.bytes(32), random.bytes(9)]
  for (const length of [0, 1, 16_383, 16_384, 16_385, 40_000, 3 * 16_384]) {
    const message = random.bytes(length)
    const sealed = seal(key, context, message)
    assert.equal(sealed.length, 56 + length + 16 * (Math.floor(length / chunkBytes) + 1))
    assert.deepEqual(openMessage(key, context, sealed), { prefix: Buffer.from(message), whole: true })
  }
})

test('cobblestoneOpener() counts chunks in the nonce’s last 38 bits', () => {
  const [key, salt, context] = [random.bytes(32), random.bytes(24), new Uint8Array()]
  const derived = deriveCobblestone(key, salt, context)
  const opener = cobblestoneOpener(key, context, Buffer.concat([salt, derived.commitment]))
  const base = BigInt(`0x${Buffer.from(derived.baseNonce).toString('hex')}`)
  for (const index of [0, 255, 256, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5, 2 ** 38 - 1]) {
    const nonce = Buffer.from((base ^ BigInt(index)).toString(16).padStart(24, '0'), 'hex')
    const cipher = createCipheriv('aes-256-gcm', derived.key, nonce)
    const sealed = Buffer.concat([cipher.update('chunk'), cipher.final(), cipher.getAuthTag()])
    assert.equal(Buffer.from(opener?.open(index, sealed) ?? []).toString(), 'chunk')
    assert.equal(opener?.open(index + 1, sealed), undefined)
  }
  for (const index of [-1, 0.5, 2 ** 38]) assert.equal(opener?.open(index, new Uint8Array(16)), undefined)
})

test('cobblestoneOpener() opens nothing after any one bit is flipped', () => {
  const [key, context, message] = [random.bytes(32), random.bytes(9), random.bytes(20_000)]
  const sealed = seal(key, context, message)
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.nat(7), (at, bit) => {
      const forged = sealed.slice()
      forged[at] = (forged[at] ?? 0) ^ (1 << bit)
      const opened = openMessage(key, context, forged)
      assert.notEqual(opened?.whole, true)
      assert.ok(
        Buffer.from(message)
          .subarray(0, opened?.prefix.length ?? 0)
          .equals(opened?.prefix ?? Buffer.alloc(0)),
      )
    }),
  )
})

test('cobblestoneOpener() and cobblestoneLayout() never throw, whatever the bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 200 })
  fc.assert(
    fc.property(bytes, bytes, bytes, (key, context, sealed) => {
      assert.equal(openMessage(key, context, sealed), undefined)
    }),
  )
})

test('cobblestoneLayout() says what a length can hold', () => {
  assert.equal(cobblestoneLayout(55), undefined)
  assert.deepEqual(cobblestoneLayout(56), { chunks: 0, plainBytes: 0, complete: false, tornBytes: 0 })
  assert.deepEqual(cobblestoneLayout(56 + 15), { chunks: 0, plainBytes: 0, complete: false, tornBytes: 15 })
  assert.deepEqual(cobblestoneLayout(56 + 16), { chunks: 1, plainBytes: 0, complete: true, tornBytes: 0 })
  const full = 56 + sealedChunkBytes
  assert.deepEqual(cobblestoneLayout(full), {
    chunks: 1,
    plainBytes: chunkBytes,
    complete: false,
    tornBytes: 0,
  })
  assert.deepEqual(cobblestoneLayout(full + 17), {
    chunks: 2,
    plainBytes: chunkBytes + 1,
    complete: true,
    tornBytes: 0,
  })
})

test('cobblestoneSealer() seals nothing after the end, and no chunk of another size', () => {
  const sealer = cobblestoneSealer(random.bytes(32), new Uint8Array(), random)
  assert.throws(() => sealer.seal(new Uint8Array(chunkBytes - 1)), RangeError)
  assert.throws(() => sealer.finish(new Uint8Array(chunkBytes)), RangeError)
  sealer.finish(new Uint8Array(3))
  assert.throws(() => sealer.seal(new Uint8Array(chunkBytes)), RangeError)
  assert.throws(() => sealer.finish(new Uint8Array()), RangeError)
})
