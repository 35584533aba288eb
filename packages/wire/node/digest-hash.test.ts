import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigestHash } from './digest-hash.ts'

// FIPS 180-2 and RFC 1321 §A.5, of "abc".
const abc = [
  ['SHA-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['SHA-512-256', '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23'],
  ['MD5', '900150983cd24fb0d6963f7d28e17f72'],
] as const

for (const [algorithm, expected] of abc) {
  test(`nodeDigestHash() hashes with ${algorithm}, in lower hex`, () => {
    const { algorithm: name, hash } = nodeDigestHash(algorithm)
    assert.deepEqual([name, hash('abc')], [algorithm, expected])
  })
}

test('nodeDigestHash() hashes text as UTF-8', () => {
  assert.equal(nodeDigestHash('MD5').hash('ü'), 'c03410a5204b21cd8229ff754688d743')
})
