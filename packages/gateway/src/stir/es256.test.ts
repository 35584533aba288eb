import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, type webcrypto } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { CompactSign, compactVerify } from 'jose'
import { isP256, signatureName, signEs256, verifyEs256 } from './es256.ts'

interface SignatureCase {
  readonly name: string
  readonly jwk: webcrypto.JsonWebKey
  readonly signingInput: string
  readonly signature: string
}

const file = new URL('../../../../spec/vectors/stir/es256.json', import.meta.url)
const { cases } = JSON.parse(await readFile(file, 'utf8')) as { cases: SignatureCase[] }
for (const { name, jwk, signingInput, signature } of cases) {
  test(`verifyEs256() verifies ${name}, and nothing that is nearly it`, () => {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    assert.equal(verifyEs256(key, signingInput, signature), true)
    assert.equal(verifyEs256(key, `${signingInput}A`, signature), false)
    assert.equal(verifyEs256(key, signingInput, signature.replace(/^./, 'A')), false)
  })
}

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('signEs256() signs what jose verifies', async () => {
  const input = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.e30`
  const verified = await compactVerify(`${input}.${signEs256(pair.privateKey, input)}`, pair.publicKey)
  assert.deepEqual(verified.protectedHeader, { alg: 'ES256' })
})

test('verifyEs256() verifies what jose signs', async () => {
  const jws = await new CompactSign(Buffer.from('{}'))
    .setProtectedHeader({ alg: 'ES256' })
    .sign(pair.privateKey)
  const [header, payload, signature = ''] = jws.split('.')
  assert.equal(verifyEs256(pair.publicKey, `${header}.${payload}`, signature), true)
})

test('isP256() takes no other key', () => {
  assert.equal(isP256(pair.publicKey), true)
  assert.equal(isP256(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey), false)
  assert.equal(isP256(generateKeyPairSync('ed25519').publicKey), false)
  assert.equal(isP256(createPublicKey(createPrivateKey(rsaKey()))), false)
})

test('verifyEs256() is false, and does not throw, with a key of another kind', () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  assert.equal(verifyEs256(publicKey, 'a.b', 'A'.repeat(86)), false)
})

test('signatureName() is one for both spellings of a signature, and others for others', () => {
  const one = signEs256(pair.privateKey, 'a.b')
  const bytes = Buffer.from(one, 'base64url')
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const s = order - BigInt(`0x${bytes.toString('hex', 32)}`)
  const twin = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
  assert.equal(verifyEs256(pair.publicKey, 'a.b', twin.toString('base64url')), true)
  assert.equal(signatureName(twin.toString('base64url')), signatureName(one))
  assert.notEqual(signatureName(signEs256(pair.privateKey, 'a.b')), signatureName(one))
})

function rsaKey(): string {
  return generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    publicKeyEncoding: { format: 'pem', type: 'spki' },
  }).privateKey
}
