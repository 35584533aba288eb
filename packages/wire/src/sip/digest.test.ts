import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  parseAuthorization,
  serializeAuthorization,
  type DigestAuthorization,
} from './digest-authorization.ts'
import { parseChallenge, serializeChallenge, type DigestChallenge } from './digest-challenge.ts'
import type { DigestAlgorithm } from './digest-fields.ts'
import { answerChallenge, digestHa1, verifyAuthorization, type DigestHash } from './digest.ts'
import { SipError } from './errors.ts'

const opensslNames = { 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256', MD5: 'md5' } as const
const algorithms: DigestAlgorithm[] = ['SHA-256', 'SHA-512-256', 'MD5']

function digestHash(algorithm: DigestAlgorithm): DigestHash {
  return { algorithm, hash: (text) => createHash(opensslNames[algorithm]).update(text).digest('hex') }
}

const mufasa = {
  username: 'Mufasa',
  password: 'Circle of Life',
  method: 'GET',
  uri: '/dir/index.html',
  nonceCount: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
}

function rfc7616(algorithm: DigestAlgorithm): DigestChallenge {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
  const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS'
  return { realm: 'http-auth@example.org', nonce, algorithm, qop: ['auth', 'auth-int'], opaque }
}

function responseOf(value: string): string | undefined {
  return parseAuthorization(value)?.response
}

const answer = (algorithm: DigestAlgorithm) =>
  responseOf(answerChallenge({ ...mufasa, challenge: rfc7616(algorithm), hash: digestHash(algorithm) }))

test('answerChallenge() gives the responses of RFC 7616 §3.9.1', () => {
  assert.equal(answer('MD5'), '8ca523f5e9506fed4657c9700eebdbec')
  assert.equal(answer('SHA-256'), '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1')
})

test('answerChallenge() gives the response of RFC 2617 §3.5, and of RFC 2069 without qop', () => {
  const nonce = 'dcd98b7102dd2f0e8b11d0f600bfb0c093'
  const challenge = { realm: 'testrealm@host.com', nonce, algorithm: 'MD5', qop: ['auth'] } as const
  const o = { ...mufasa, password: 'Circle Of Life', cnonce: '0a4f113b', hash: digestHash('MD5') }
  const withQop = answerChallenge({ ...o, challenge: { ...challenge, qop: ['auth'] } })
  assert.equal(responseOf(withQop), '6629fae49393a05397450978507c4ef1')
  const { qop: _, ...old } = challenge
  const withoutQop = answerChallenge({ ...o, challenge: old })
  assert.equal(responseOf(withoutQop), '670fd8c2df070c60b045671b8b24ff02')
  assert.doesNotMatch(withoutQop, /nc=|cnonce|qop/)
})

test('answerChallenge() writes quoted and unquoted fields as RFC 7616 §3.4 has them', () => {
  const value = answerChallenge({ ...mufasa, challenge: rfc7616('SHA-256'), hash: digestHash('SHA-256') })
  assert.match(
    value,
    /^Digest username="Mufasa", realm="http-auth@example\.org", nonce="[^"]+", uri="\/dir\/index\.html", /,
  )
  assert.match(value, /, algorithm=SHA-256, opaque="[^"]+", qop=auth, cnonce="[^"]+", nc=00000001$/)
})

test('answerChallenge() refuses a hash that is not the challenge’s', () => {
  const o = { ...mufasa, challenge: rfc7616('SHA-256'), hash: digestHash('MD5') }
  assert.throws(
    () => answerChallenge(o),
    (error) => error instanceof SipError && error.code === 'SIP_DIGEST_ALGORITHM',
  )
})

function verified(
  algorithm: DigestAlgorithm,
  change: Partial<DigestAuthorization>,
  password = mufasa.password,
): boolean {
  const hash = digestHash(algorithm)
  const value = answerChallenge({ ...mufasa, challenge: rfc7616(algorithm), hash })
  const authorization = parseAuthorization(value)
  assert.ok(authorization)
  const ha1 = digestHa1(hash, mufasa.username, 'http-auth@example.org', password)
  return verifyAuthorization({ authorization: { ...authorization, ...change }, hash, ha1, method: 'GET' })
}

test('verifyAuthorization() accepts what answerChallenge() wrote, and no change to it', () => {
  for (const algorithm of algorithms) {
    assert.equal(verified(algorithm, {}), true, algorithm)
    assert.equal(verified(algorithm, {}, 'wrong'), false)
    assert.equal(verified(algorithm, { uri: '/other' }), false)
    assert.equal(verified(algorithm, { nonce: 'x' }), false)
    assert.equal(verified(algorithm, { nonceCount: 2 }), false)
    assert.equal(verified(algorithm, { cnonce: 'x' }), false)
    assert.equal(verified(algorithm, { response: '' }), false)
    assert.equal(verified(algorithm, { qop: 'auth-int' }), false)
  }
  assert.equal(verified('MD5', { algorithm: 'SHA-256' }), false)
})

test('verifyAuthorization() refuses a response without qop, which no nonce count protects', () => {
  const hash = digestHash('MD5')
  const { qop: _, ...challenge } = rfc7616('MD5')
  const authorization = parseAuthorization(answerChallenge({ ...mufasa, challenge, hash }))
  assert.ok(authorization)
  const ha1 = digestHa1(hash, mufasa.username, challenge.realm, mufasa.password)
  assert.equal(verifyAuthorization({ authorization, hash, ha1, method: 'GET' }), false)
})

test('verifyAuthorization() covers the body under auth-int', () => {
  const hash = digestHash('SHA-256')
  const body = new TextEncoder().encode('v=0')
  const challenge = { ...rfc7616('SHA-256'), qop: ['auth-int'] }
  const authorization = parseAuthorization(answerChallenge({ ...mufasa, challenge, hash, body }))
  assert.equal(authorization?.qop, 'auth-int')
  const ha1 = digestHa1(hash, mufasa.username, challenge.realm, mufasa.password)
  const verify = (body: Uint8Array) => verifyAuthorization({ authorization, hash, ha1, method: 'GET', body })
  assert.deepEqual([verify(body), verify(new Uint8Array(0))], [true, false])
})

test('parseChallenge() passes over what it cannot answer', () => {
  const base = 'Digest realm="r", nonce="n"'
  assert.deepEqual(parseChallenge(base), { realm: 'r', nonce: 'n', algorithm: 'MD5' })
  assert.deepEqual(
    parseChallenge(`digest  nonce = "n" , realm="a\\"b", algorithm=sha-256, qop="auth, x", stale=TRUE`),
    {
      realm: 'a"b',
      nonce: 'n',
      algorithm: 'SHA-256',
      qop: ['auth', 'x'],
      stale: true,
    },
  )
  const wrong = [
    'Basic realm="r"',
    'Digest',
    'Digest realm="r"',
    `${base}, algorithm=MD5-sess`,
    `${base}, qop="x"`,
  ]
  for (const text of [...wrong, `${base}, nonce="m"`, `${base}, =1`, ''])
    assert.equal(parseChallenge(text), undefined, text)
})

test('parseAuthorization() refuses what is incomplete', () => {
  const hex = '0'.repeat(32)
  const base = `Digest username="u", realm="r", nonce="n", uri="sip:a", response="${hex}"`
  assert.equal(parseAuthorization(base)?.algorithm, 'MD5')
  const wrong = [
    '',
    'Bearer x',
    base.replace('username', 'name'),
    base.replace(hex, 'xyz'),
    `${base}, qop=auth`,
  ]
  for (const text of [...wrong, `${base}, qop=auth, cnonce="c", nc=1`, `${base}, algorithm=X`]) {
    assert.equal(parseAuthorization(text), undefined, text)
  }
})

const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll(/[\r\n]/g, ''))
const algorithm = fc.constantFrom(...algorithms)

test('parseChallenge() undoes serializeChallenge(), and survives any text', () => {
  const challenge: fc.Arbitrary<DigestChallenge> = fc.record(
    {
      realm: text,
      nonce: text,
      algorithm,
      qop: fc.constant(['auth', 'auth-int']),
      opaque: text,
      stale: fc.boolean(),
    },
    { noNullPrototype: true, requiredKeys: ['realm', 'nonce', 'algorithm'] },
  )
  fc.assert(fc.property(challenge, (one) => assert.deepEqual(parseChallenge(serializeChallenge(one)), one)))
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (any) => void parseChallenge(`Digest ${any}`)))
})

test('parseAuthorization() undoes serializeAuthorization(), and survives any text', () => {
  const response = fc.stringMatching(/^[0-9a-f]{64}$/)
  const base = { username: text, realm: text, nonce: text, uri: text, response, algorithm }
  const authorization: fc.Arbitrary<DigestAuthorization> = fc.oneof(
    fc.record(base, { noNullPrototype: true }),
    fc.record(
      { ...base, opaque: text, qop: fc.constantFrom('auth', 'auth-int'), cnonce: text, nonceCount: fc.nat() },
      { noNullPrototype: true },
    ),
  )
  fc.assert(
    fc.property(authorization, (one) =>
      assert.deepEqual(parseAuthorization(serializeAuthorization(one)), one),
    ),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (any) => void parseAuthorization(`Digest ${any}`)),
  )
})
