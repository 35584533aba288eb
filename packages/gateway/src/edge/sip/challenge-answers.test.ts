import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigestHash } from '@voxkeep/wire/node'
import {
  createRequest,
  digestHa1,
  parseAuthorization,
  SipHeaders,
  verifyAuthorization,
  type SipResponse,
} from '@voxkeep/wire/sip'
import { Secret } from '#kernel'
import { challengeAnswers, type ChallengedRequest } from './challenge-answers.ts'

const password = 'correct horse'
const uri = 'sip:+12025550100@carrier.example'

function answers(realm?: string, known = true) {
  let drawn = 0
  return challengeAnswers({
    credentials: known ? { username: 'us', password: new Secret(password), realm } : undefined,
    digestHash: nodeDigestHash,
    cnonce: () => `c${(drawn += 1)}`,
  })
}

function refusal(status: 401 | 407, ...challenges: string[]): SipResponse {
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate'
  const headers = new SipHeaders(challenges.map((value) => [name, value]))
  return { kind: 'response', status, reason: '', headers, body: new Uint8Array(0) }
}

const challenge = (fields: string, realm = 'carrier') => `Digest realm="${realm}", qop="auth", ${fields}`
const invite = () => createRequest({ method: 'INVITE', uri, headers: [] })

function given(request: ChallengedRequest) {
  return request.headers(invite()).map(([name, value]) => {
    const authorization = parseAuthorization(value)
    assert.ok(authorization)
    const hash = nodeDigestHash(authorization.algorithm)
    const ha1 = digestHa1(hash, 'us', authorization.realm, password)
    assert.ok(verifyAuthorization({ authorization, hash, ha1, method: 'INVITE' }))
    return { name, ...authorization }
  })
}

for (const algorithm of ['MD5', 'SHA-256', 'SHA-512-256'] as const) {
  test(`interop 30: challengeAnswers() answers ${algorithm}`, () => {
    const request = answers().begin()
    assert.deepEqual(request.headers(invite()), [])
    assert.equal(request.mayRetry(refusal(401, challenge(`nonce="n", algorithm=${algorithm}`))), true)
    const [answer] = given(request)
    assert.equal(answer?.name, 'Authorization')
    assert.equal(answer.algorithm, algorithm)
    assert.equal(answer.uri, uri)
    assert.equal(answer.nonceCount, 1)
  })
}

test('interop 30: challengeAnswers() takes the strongest of several, and passes over what it does not know', () => {
  const request = answers().begin()
  const offered = [
    'nonce="a", algorithm=MD5',
    'nonce="b", algorithm=SHA-256',
    'nonce="c", algorithm=SHA3-999',
  ]
  assert.equal(request.mayRetry(refusal(407, ...offered.map((fields) => challenge(fields)))), true)
  assert.deepEqual(
    given(request).map(({ name, nonce }) => [name, nonce]),
    [['Proxy-Authorization', 'b']],
  )
})

test('interop 30: challengeAnswers() satisfies a proxy and the peer behind it', () => {
  const request = answers().begin()
  assert.equal(request.mayRetry(refusal(407, challenge('nonce="p"', 'proxy'))), true)
  given(request)
  assert.equal(request.mayRetry(refusal(401, challenge('nonce="q"', 'peer'))), true)
  assert.deepEqual(
    given(request).map(({ name, realm, nonceCount }) => [name, realm, nonceCount]),
    [
      ['Proxy-Authorization', 'proxy', 2],
      ['Authorization', 'peer', 1],
    ],
  )
})

test('challengeAnswers() gives a password once, and once more for a nonce that was too old', () => {
  const wrong = answers().begin()
  assert.equal(wrong.mayRetry(refusal(401, challenge('nonce="a"'))), true)
  given(wrong)
  assert.equal(wrong.mayRetry(refusal(401, challenge('nonce="b"'))), false)
  const stale = answers().begin()
  assert.equal(stale.mayRetry(refusal(401, challenge('nonce="a"'))), true)
  given(stale)
  assert.equal(stale.mayRetry(refusal(401, challenge('nonce="b", stale=true'))), true)
  assert.equal(given(stale)[0]?.nonce, 'b')
  assert.equal(stale.mayRetry(refusal(401, challenge('nonce="c", stale=true'))), false)
})

test('challengeAnswers() keeps to the realm that it was configured for', () => {
  const request = answers('carrier').begin()
  assert.equal(request.mayRetry(refusal(401, challenge('nonce="n"', 'somebody else'))), false)
  assert.equal(request.mayRetry(refusal(401, challenge('nonce="n"', 'carrier'))), true)
})

test('challengeAnswers() answers nothing without a password, and no challenge that it cannot read', () => {
  assert.equal(
    answers(undefined, false)
      .begin()
      .mayRetry(refusal(401, challenge('nonce="n"'))),
    false,
  )
  assert.equal(answers().begin().mayRetry(refusal(401, 'Basic realm="carrier"')), false)
  assert.equal(answers().begin().mayRetry(refusal(401)), false)
})

test('challengeAnswers() is not led on by realm after realm', () => {
  const request = answers().begin()
  const taken = ['a', 'b', 'c', 'd', 'e', 'f'].map((realm) => {
    const again = request.mayRetry(refusal(401, challenge('nonce="n"', realm)))
    if (again) given(request)
    return again
  })
  assert.deepEqual(taken, [true, true, true, true, false, false])
})

test('interop 30: challengeAnswers() goes on with the nonce it was given, and counts its uses', () => {
  const known = answers()
  const first = known.begin()
  first.mayRetry(refusal(401, challenge('nonce="a"')))
  given(first)
  const second = known.begin()
  assert.deepEqual(
    given(second).map(({ nonce, nonceCount }) => [nonce, nonceCount]),
    [['a', 2]],
  )
  const headers = new SipHeaders([['Authentication-Info', 'qop=auth, nextnonce="z"']])
  second.learn({ kind: 'response', status: 200, reason: '', headers, body: new Uint8Array(0) })
  assert.deepEqual(
    given(known.begin()).map(({ nonce, nonceCount }) => [nonce, nonceCount]),
    [['z', 1]],
  )
})

test('challengeAnswers() answers again in a later request when the nonce has expired without a word', () => {
  const known = answers()
  const first = known.begin()
  first.mayRetry(refusal(401, challenge('nonce="a"')))
  given(first)
  const bye = known.begin()
  given(bye)
  assert.equal(bye.mayRetry(refusal(401, challenge('nonce="b"'))), true)
  assert.equal(given(bye)[0]?.nonce, 'b')
  assert.equal(bye.mayRetry(refusal(401, challenge('nonce="c"'))), false)
})
