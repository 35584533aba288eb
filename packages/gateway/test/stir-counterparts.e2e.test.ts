import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Secret, systemClock } from '#kernel'
import { openStirSigner, openStirVerifier } from '#stir'
import { opensslSti } from './support/openssl-sti.ts'
import { signWithPyJwt, verifyWithPyJwt, withoutPyJwt } from './support/py-jwt.ts'

const folder = mkdtempSync(join(tmpdir(), 'voxkeep-stir-'))
after(() => rmSync(folder, { recursive: true }))
const sti = opensslSti(folder)
const x5u = 'https://certificates.example/signer.pem'
const skip = withoutPyJwt()

const iat = () => Math.floor(systemClock.now() / 1_000)
const header = { ppt: 'shaken', typ: 'passport', x5u }
const claims = () => ({
  attest: 'A',
  dest: { tn: ['12125551213'] },
  iat: iat(),
  orig: { tn: '12155551212' },
  origid: '123e4567-e89b-12d3-a456-426655440000',
})

function verdictOn(token: string) {
  const verifier = openStirVerifier({
    clock: systemClock,
    rootsPem: sti.rootPem,
    freshnessMs: 60_000,
    certificateCacheMs: 0,
    fetchCertificate: () => Promise.resolve({ bytes: Buffer.from(sti.chainPem) }),
  })
  const identity = [`${token};info=<${x5u}>;alg=ES256;ppt="shaken"`]
  const call = { identity, date: undefined, from: '+12155551212', to: '+12125551213', callId: 'a@test' }
  return verifier.verify(call, AbortSignal.timeout(10_000))
}

test(
  'openStirVerifier() passes what PyJWT signed, with certificates that OpenSSL issued',
  { skip },
  async () => {
    const token = signWithPyJwt({ header, claims: claims(), key: sti.keyPem })
    assert.deepEqual(await verdictOn(token), {
      status: 'passed',
      attestation: 'A',
      originationId: '123e4567-e89b-12d3-a456-426655440000',
      signer: 'CN=SHAKEN 709J, O=Example Telephone, C=US; SPC 709J',
    })
  },
)

test('openStirVerifier() refuses what PyJWT signed for somebody else', { skip }, async () => {
  const token = signWithPyJwt({ header, claims: { ...claims(), dest: { tn: ['1'] } }, key: sti.keyPem })
  const verdict = await verdictOn(token)
  assert.equal(verdict.status === 'failed' && verdict.reason, 'called-mismatch')
})

test('openStirSigner() signs what PyJWT verifies with the certificate that OpenSSL issued', { skip }, () => {
  const signer = openStirSigner({ clock: systemClock, keyPem: new Secret(sti.keyPem), certificateUrl: x5u })
  const { attest: attestation, origid: originationId } = claims()
  const identity = signer.sign({
    from: '+12155551212',
    to: '+12125551213',
    attestation: attestation as 'A',
    originationId,
  })
  const [token = '', ...parameters] = identity?.split(';') ?? []
  assert.deepEqual(parameters, [`info=<${x5u}>`, 'alg=ES256', 'ppt=shaken'])
  const read = verifyWithPyJwt({ token, certificate: sti.signerPem })
  assert.deepEqual(read.header, { alg: 'ES256', ...header })
  assert.partialDeepStrictEqual(read.claims, {
    attest: 'A',
    orig: { tn: '12155551212' },
    origid: originationId,
  })
  const changed = token.replace(/\.[\w-]+\./, `.${Buffer.from('{}').toString('base64url')}.`)
  assert.throws(() => verifyWithPyJwt({ token: changed, certificate: sti.signerPem }), /InvalidSignature/)
})
