import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { keyLengths } from '@voxkeep/wire/srtp'
import {
  parseCrypto,
  serializeCrypto,
  sessionIsAcceptable,
  type CryptoAttribute,
} from './crypto-attribute.ts'
import { allSuites, keyOf } from './test-media.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

const key = keyOf('AES_CM_128_HMAC_SHA1_80', 1)
const base64 = key.toBase64()
const attribute = (rest: string): string => `1 AES_CM_128_HMAC_SHA1_80 ${rest}`

function parsed(value: string): CryptoAttribute {
  const crypto = parseCrypto(value)
  assert.ok(!('error' in crypto), 'error' in crypto ? crypto.error : '')
  return crypto
}

test('parseCrypto() reads every suite', () => {
  for (const suite of allSuites) {
    const keyAndSalt = keyOf(suite, 2)
    assert.deepEqual(parseCrypto(`7 ${suite} inline:${keyAndSalt.toBase64()}`), {
      tag: 7,
      suite,
      keys: [{ keyAndSalt }],
      session: [],
    })
  }
})

test('interop 3: parseCrypto() takes AES_CM_256 for AES_256_CM and repeats it', () => {
  const value = `1 AES_CM_256_HMAC_SHA1_80 inline:${keyOf('AES_256_CM_HMAC_SHA1_80', 2).toBase64()}`
  const crypto = parsed(value)
  assert.equal(crypto.suite, 'AES_256_CM_HMAC_SHA1_80')
  assert.equal(serializeCrypto(crypto), value)
})

test('parseCrypto() reads several keys by their MKIs', () => {
  const crypto = parsed(attribute(`inline:${base64}|2^20|1:4;inline:${base64}|2^20|2:4`))
  assert.deepEqual(
    crypto.keys.map((each) => each.mki?.at(-1)),
    [1, 2],
  )
})

test('parseCrypto() refuses several keys without distinct MKIs of one length', () => {
  for (const keys of ['', '|1:4', '|1:4 |1:4', '|1:4 |2:2', ' |1:4']) {
    const [first = '', second = ''] = keys.split(' ')
    const value = attribute(`inline:${base64}${first};inline:${base64}${second}`)
    assert.ok('error' in parseCrypto(value), keys)
  }
})

test('parseCrypto() refuses more than 16 keys', () => {
  const keys = Array.from({ length: 17 }, (_, at) => `inline:${base64}|${at}:1`)
  assert.ok('error' in parseCrypto(attribute(keys.join(';'))))
  assert.equal(parsed(attribute(keys.slice(1).join(';'))).keys.length, 16)
})

test('parseCrypto() refuses a key of the wrong length for its suite', () => {
  const value = `1 AEAD_AES_128_GCM inline:${base64}`
  assert.deepEqual(parseCrypto(value), { error: 'wrong key length for the suite' })
})

test('parseCrypto() keeps every session parameter', () => {
  const crypto = parsed(attribute(`inline:${base64} KDR=1 UNENCRYPTED_SRTP  WSH=64 -x=1`))
  assert.deepEqual(crypto.session, ['KDR=1', 'UNENCRYPTED_SRTP', 'WSH=64', '-x=1'])
})

test('parseCrypto() refuses an unknown session parameter unless it is marked optional', () => {
  assert.deepEqual(parseCrypto(attribute(`inline:${base64} NEW=1`)), { error: 'unknown session parameter' })
  assert.deepEqual(parsed(attribute(`inline:${base64} -NEW=1`)).session, ['-NEW=1'])
})

test('sessionIsAcceptable() refuses what would leave packets open or needs what we lack', () => {
  for (const [session, acceptable] of [
    ['', true],
    ['WSH=128', true],
    ['KDR=0', true],
    ['-anything', true],
    ['KDR=24', false],
    ['UNENCRYPTED_SRTP', false],
    ['UNENCRYPTED_SRTCP', false],
    ['UNAUTHENTICATED_SRTP', false],
    ['FEC_ORDER=SRTP_FEC', false],
    ['WSH=128 UNENCRYPTED_SRTP', false],
  ] as const) {
    assert.equal(sessionIsAcceptable(parsed(attribute(`inline:${base64} ${session}`))), acceptable, session)
  }
})

test('interop 39: parseCrypto() never quotes the key in an error', () => {
  const secret = 'U2VjcmV0S2V5TWF0ZXJpYWw'
  for (const value of [
    attribute(`inline:${secret}`),
    attribute(`inline:${secret}|x`),
    attribute(`inline:${base64} ${secret}=1`),
    `1 ${secret} inline:${base64}`,
    secret,
  ]) {
    assert.equal(JSON.stringify(parseCrypto(value)).includes(secret), false)
  }
})

const sdesKey = (
  bytes: number,
  mki: fc.Arbitrary<Uint8Array | undefined>,
): fc.Arbitrary<CryptoAttribute['keys'][0]> =>
  fc
    .record({
      keyAndSalt: fc.uint8Array({ minLength: bytes, maxLength: bytes }),
      lifetime: fc.option(fc.bigInt({ min: 1n, max: 2n ** 48n }), { nil: undefined }),
      mki,
    })
    .map(({ keyAndSalt, lifetime, mki }) => ({
      keyAndSalt,
      ...(lifetime === undefined ? {} : { lifetime }),
      ...(mki === undefined ? {} : { mki }),
    }))

const crypto: fc.Arbitrary<CryptoAttribute> = fc.constantFrom(...allSuites).chain((suite) => {
  const { keyBytes, saltBytes } = keyLengths(suite)
  const single = sdesKey(
    keyBytes + saltBytes,
    fc.option(fc.uint8Array({ minLength: 1, maxLength: 128 }), { nil: undefined }),
  )
  const double = fc.tuple(
    sdesKey(keyBytes + saltBytes, fc.constant(new Uint8Array([0, 1]))),
    sdesKey(keyBytes + saltBytes, fc.constant(new Uint8Array([1, 0]))),
  )
  return fc.record(
    {
      tag: fc.nat({ max: 999_999_999 }),
      suite: fc.constant(suite),
      keys: fc.oneof(
        single.map((each) => [each]),
        double,
      ),
      session: fc.subarray(['KDR=3', 'UNENCRYPTED_SRTP', 'WSH=64', '-own=1']),
    },
    { noNullPrototype: true },
  )
})

test('parseCrypto() undoes serializeCrypto()', () => {
  fc.assert(fc.property(crypto, (each) => assert.deepEqual(parseCrypto(serializeCrypto(each)), each)))
})

test('parseCrypto() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string({ unit: anyCharacter, maxLength: 300 }), (text) => void parseCrypto(text)))
  const nearby = fc.string({
    unit: fc.constantFrom('|', ':', ';', '^', '=', ' ', '1', '2', 'A', 'inline:'),
    maxLength: 60,
  })
  fc.assert(fc.property(nearby, (rest) => void parseCrypto(attribute(`inline:${rest}`))))
})
