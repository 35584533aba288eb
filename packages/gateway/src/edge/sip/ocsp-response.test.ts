import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { maxOcspBytes, readOcspResponse, type OcspAnswer } from './ocsp-response.ts'
import { serializeOcspResponse } from './test-ocsp.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const signer = { keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) }

const bytes = fc.uint8Array({ minLength: 1, maxLength: 32 })
const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => second * 1_000)
const plain = { noNullPrototype: true }
const certId = fc.record(
  {
    hashAlgorithm: fc.constantFrom('1.3.14.3.2.26', '2.16.840.1.101.3.4.2.1'),
    issuerNameHash: bytes,
    issuerKeyHash: bytes,
    serial: fc.bigInt({ min: 0n, max: 2n ** 159n }),
  },
  plain,
)
const status = fc.constantFrom('good' as const, 'revoked' as const, 'unknown' as const)
const nextUpdateMs = fc.option(seconds, { nil: undefined })
const answer: fc.Arbitrary<OcspAnswer> = fc.record(
  { certId, status, thisUpdateMs: seconds, nextUpdateMs },
  plain,
)

test('readOcspResponse() undoes its serializer', () => {
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 4 }), (answers) => {
      const read = readOcspResponse(serializeOcspResponse(answers, signer))
      assert.ok(read?.kind === 'basic')
      assert.deepEqual(read.answers, answers)
      assert.equal(read.signatureAlgorithm, '1.2.840.10045.4.3.2')
    }),
  )
})

test('readOcspResponse() never throws, whatever the bytes', () => {
  const whole = serializeOcspResponse(fc.sample(answer, 2), signer)
  const damaged = fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const copy = whole.slice()
      for (const [at, byte] of changes) copy[at] = byte
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (der) => void readOcspResponse(der)),
    { numRuns: 1_000 },
  )
})

test('readOcspResponse() tells what a responder says instead of an answer', () => {
  assert.deepEqual(readOcspResponse(Uint8Array.of(0x30, 3, 0x0a, 1, 6)), { kind: 'error', status: 6 })
  assert.equal(readOcspResponse(Uint8Array.of(0x30, 3, 0x0a, 1, 0)), undefined)
})

test('readOcspResponse() takes no response with a critical extension, more behind it, or more than a response has', () => {
  const [one] = fc.sample(answer, 1)
  assert.ok(one)
  assert.equal(readOcspResponse(serializeOcspResponse([one], signer, { critical: true })), undefined)
  const plain = serializeOcspResponse([one], signer)
  assert.equal(readOcspResponse(Uint8Array.of(...plain, 0)), undefined)
  assert.equal(readOcspResponse(new Uint8Array(maxOcspBytes + 1)), undefined)
  assert.equal(readOcspResponse(serializeOcspResponse([], signer)), undefined)
})
