import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ffiSrtpCrypto } from './ffi-srtp-crypto.ts'
import { nodeRandomBytes } from './random-bytes.ts'
import { nodeSrtpCrypto } from './srtp-crypto.ts'

test('hmacSha1() equals createHmac, whatever key and input, call after call', () => {
  const key = fc.uint8Array({ minLength: 1, maxLength: 100 })
  const inputs = fc.array(fc.tuple(fc.uint8Array({ maxLength: 3_000 }), fc.uint8Array({ maxLength: 4 })), {
    minLength: 1,
    maxLength: 5,
    size: 'max',
  })
  fc.assert(
    fc.property(key, inputs, (secret, parts) => {
      const mac = nodeSrtpCrypto.hmacSha1(secret)
      for (const [a, b] of parts) {
        const expected = createHmac('sha1', secret).update(a).update(b).digest('hex')
        assert.equal(mac(a, b).toHex(), expected)
        const alone = createHmac('sha1', secret).update(a).digest('hex')
        assert.equal(mac(a).toHex(), alone)
      }
    }),
    { numRuns: 60 },
  )
})

test('aesEcb() matches FIPS 197 Appendix C, block after block', () => {
  const plain = Uint8Array.fromHex('00112233445566778899aabbccddeeff'.repeat(2))
  for (const [bytes, expected] of [
    [16, '69c4e0d86a7b0430d8cdb78070b4c55a'],
    [32, '8ea2b7ca516745bfeafc49904b496089'],
  ] as const) {
    const encrypt = nodeSrtpCrypto.aesEcb(Uint8Array.from({ length: bytes }, (_, i) => i))
    const out = new Uint8Array(32)
    for (const _ of [1, 2]) {
      encrypt(plain, out)
      assert.equal(out.toHex(), expected.repeat(2))
    }
  }
})

const viaFfi = ffiSrtpCrypto()
const noFfi = viaFfi === undefined ? 'this Node has no node:ffi' : false
/** Both ways to AES-GCM must give the same bytes. */
const ways = [
  { way: 'node:crypto', crypto: nodeSrtpCrypto, skip: false },
  { way: 'node:ffi', crypto: viaFfi ?? nodeSrtpCrypto, skip: noFfi },
] as const

for (const { way, crypto, skip } of ways) {
  test(`gcm() of ${way} leaves out alone when the tag does not match`, { skip }, () => {
    const cipher = crypto.gcm(nodeRandomBytes(16))
    const [iv, aad, sealed] = [nodeRandomBytes(12), nodeRandomBytes(3), new Uint8Array(21)]
    cipher.seal(iv, aad, Uint8Array.of(1, 2, 3, 4, 5), sealed)
    const out = new Uint8Array(5)
    assert.equal(cipher.open(iv, nodeRandomBytes(3), sealed, out), false)
    assert.deepEqual(out, new Uint8Array(5))
    assert.equal(cipher.open(iv, aad, sealed, out), true)
    assert.deepEqual(out, Uint8Array.of(1, 2, 3, 4, 5))
  })
}

test('gcm() of node:ffi equals that of node:crypto, in place, call after call', { skip: noFfi }, () => {
  const part = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' })
  const packet = fc.record({
    iv: fc.uint8Array({ minLength: 12, maxLength: 12 }),
    aad: part(80),
    plain: part(3_000),
  })
  const keys = fc
    .constantFrom(16, 32)
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
  fc.assert(
    fc.property(keys, fc.array(packet, { minLength: 1, maxLength: 6 }), (key, packets) => {
      const ours = (viaFfi ?? nodeSrtpCrypto).gcm(key)
      const theirs = nodeSrtpCrypto.gcm(key)
      for (const { iv, aad, plain } of packets) {
        const expected = new Uint8Array(plain.length + 16)
        theirs.seal(iv, aad, plain, expected)
        const made = new Uint8Array(plain.length + 16)
        made.set(plain)
        ours.seal(iv, aad, made.subarray(0, plain.length), made)
        assert.deepEqual(made, expected)
        assert.equal(ours.open(iv, aad, made, made), true)
        assert.deepEqual(made.subarray(0, plain.length), plain)
      }
    }),
    { numRuns: 60 },
  )
})

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly keySize: number
    readonly ivSize?: number
    readonly tagSize: number
    readonly tests: readonly {
      readonly tcId: number
      readonly key: string
      readonly iv?: string
      readonly aad?: string
      readonly msg: string
      readonly ct?: string
      readonly tag: string
      readonly result: 'valid' | 'invalid' | 'acceptable'
    }[]
  }[]
}

const vectors =
  process.env['VOXKEEP_VECTORS'] ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'vectors')
const wycheproof = (name: string): WycheproofFile['testGroups'] =>
  (JSON.parse(readFileSync(join(vectors, 'wycheproof', name), 'utf8')) as WycheproofFile).testGroups
const missing = !existsSync(join(vectors, 'wycheproof')) && !process.env['CI']
const skip = missing ? 'the Wycheproof vectors are missing: set VOXKEEP_VECTORS' : false

for (const { way, crypto, skip: lacking } of ways) {
  test(`gcm() of ${way} opens and seals as Wycheproof asks`, { skip: skip || lacking }, () => {
    let checked = 0
    for (const group of wycheproof('aes_gcm_test.json')) {
      if (group.ivSize !== 96 || group.tagSize !== 128 || ![128, 256].includes(group.keySize)) continue
      for (const { tcId, key, iv = '', aad = '', msg, ct = '', tag, result } of group.tests) {
        const [nonce, associated, plain] = [iv, aad, msg].map((hex) => Uint8Array.fromHex(hex)) as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ]
        const cipher = crypto.gcm(Uint8Array.fromHex(key))
        const sealed = Uint8Array.fromHex(ct + tag)
        const out = new Uint8Array(plain.length)
        assert.equal(cipher.open(nonce, associated, sealed, out), result === 'valid', `case ${tcId}`)
        checked += 1
        if (result !== 'valid') continue
        assert.equal(out.toHex(), msg, `case ${tcId}`)
        const again = new Uint8Array(sealed.length)
        cipher.seal(nonce, associated, plain, again)
        assert.equal(again.toHex(), ct + tag, `case ${tcId}`)
      }
    }
    assert.ok(checked > 50)
  })
}

test('hmacSha1() makes the tags of Wycheproof', { skip }, () => {
  let checked = 0
  for (const group of wycheproof('hmac_sha1_test.json')) {
    for (const { tcId, key, msg, tag, result } of group.tests) {
      const mac = nodeSrtpCrypto.hmacSha1(Uint8Array.fromHex(key))(Uint8Array.fromHex(msg))
      const made = mac.subarray(0, group.tagSize / 8).toHex()
      assert.equal(made === tag, result === 'valid', `case ${tcId}`)
      checked += 1
    }
  }
  assert.ok(checked > 50)
})

test('gcm() of node:ffi writes nothing past the room it is given', { skip: noFfi }, () => {
  const behind = new Uint8Array(200).fill(7)
  const gcm = viaFfi?.gcm(new Uint8Array(16))
  const short = behind.subarray(0, 50)
  assert.throws(
    () => gcm?.seal(new Uint8Array(12), new Uint8Array(12), new Uint8Array(100), short),
    RangeError,
  )
  assert.ok(behind.every((byte) => byte === 7))
})
