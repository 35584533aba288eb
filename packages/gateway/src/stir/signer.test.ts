import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { compactVerify } from 'jose'
import { Secret } from '#kernel'
import { openStirSigner } from './signer.ts'
import { callWith, newSigner, verifierWith, x5u } from './test-network.ts'

const carrier = await newSigner()
const originationId = '123e4567-e89b-12d3-a456-426655440000'

function signed() {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const signer = openStirSigner({ clock: at.clock, keyPem: new Secret(carrier.keyPem), certificateUrl: x5u })
  const call = { from: '+12155551212', to: '+1 212 555 1213', attestation: 'B', originationId } as const
  return { at, signer, call, identity: signer.sign(call) ?? '' }
}

test('sign() makes the full form with info, alg and ppt, for now', async () => {
  const { identity } = signed()
  assert.match(
    identity,
    /^[\w-]+\.[\w-]+\.[\w-]{86};info=<https:\/\/certificates\.example\/signer\.pem>;alg=ES256;ppt=shaken$/,
  )
  const { payload, protectedHeader } = await compactVerify(
    identity.split(';')[0] ?? '',
    new X509Certificate(carrier.certPem).publicKey,
    { algorithms: ['ES256'] },
  )
  assert.deepEqual(protectedHeader, { alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u })
  assert.deepEqual(JSON.parse(Buffer.from(payload).toString()), {
    attest: 'B',
    dest: { tn: ['12125551213'] },
    iat: Date.parse('2026-03-01T12:00:00Z') / 1_000,
    orig: { tn: '12155551212' },
    origid: originationId,
  })
})

test('sign() makes what verify() passes', async () => {
  const { at, identity } = signed()
  const verdict = await at.verify(callWith([identity]))
  assert.equal(verdict.status, 'passed')
  assert.equal(verdict.status === 'passed' && verdict.attestation, 'B')
})

test('sign() signs nothing for who is no number', () => {
  const { signer, call } = signed()
  assert.equal(signer.sign({ ...call, from: 'support' }), undefined)
  assert.equal(signer.sign({ ...call, to: 'sip:bob@example.com' }), undefined)
})

test('openStirSigner() refuses what is no P-256 key, and does not print it', () => {
  const { clock } = signed().at
  const p384 = generateKeyPairSync('ec', {
    namedCurve: 'P-384',
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    publicKeyEncoding: { format: 'pem', type: 'spki' },
  }).privateKey
  for (const pem of ['', 'garbage', carrier.certPem, p384]) {
    assert.throws(() => openStirSigner({ clock, keyPem: new Secret(pem), certificateUrl: x5u }), {
      code: 'STIR_KEY_INVALID',
    })
  }
})
