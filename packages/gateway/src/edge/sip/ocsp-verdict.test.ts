import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { createPki } from '@voxkeep/pki'
import { certIdOf, serializeOcspRequest } from './ocsp-request.ts'
import { judgeOcsp } from './ocsp-verdict.ts'
import { opensslResponder, serializeOcspResponse, staple, subjectOf } from './test-ocsp.ts'

const hourMs = 3_600_000
const never = new AbortController().signal

async function authority() {
  const pki = await createPki()
  const pair = await pki.issue(['gw.example'])
  const signer = await pki.issue(['ocsp.example'], { ocspSigning: true })
  return { pki, pair, signer, subject: subjectOf(pair.certPem, pki.caPem) }
}

test('judgeOcsp() believes OpenSSL’s responder: good, revoked, unknown', async (t) => {
  const { pki, pair, signer, subject } = await authority()
  const responder = await opensslResponder(t, { caPem: pki.caPem, signer })
  const request = serializeOcspRequest(subject)
  for (const status of ['unknown', 'good', 'revoked'] as const) {
    responder.set(pair, status)
    const now = Date.now()
    const verdict = judgeOcsp(await responder.ask('', request, never), subject, now)
    assert.equal(verdict.status, status)
    assert.ok('untilMs' in verdict && Math.abs(verdict.untilMs - now - hourMs) < 60_000)
  }
})

/** An authority with an RSA key that is its own responder; OpenSSL makes it, for we have no such. */
function rsaAuthority(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-rsa-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = (name: string) => join(folder, name)
  const openssl = (line: string) => execFileSync('openssl', line.split(' '), { stdio: 'pipe' })
  const [caKeyPem, leafKeyPem] = rsaKeys
  writeFileSync(path('ca.key'), caKeyPem)
  writeFileSync(path('leaf.key'), leafKeyPem)
  openssl(`req -x509 -key ${path('ca.key')} -out ${path('ca.pem')} -subj /CN=Root -days 2`)
  openssl(`req -new -key ${path('leaf.key')} -out ${path('leaf.csr')} -subj /CN=leaf`)
  const read = (name: string) => readFileSync(path(name), 'utf8')
  const sign = (serial: string) => {
    const signs = `-CA ${path('ca.pem')} -CAkey ${path('ca.key')} -set_serial ${serial} -days 1`
    openssl(`x509 -req -in ${path('leaf.csr')} ${signs} -out ${path('leaf.pem')}`)
    return read('leaf.pem')
  }
  return {
    ca: { certPem: read('ca.pem'), keyPem: caKeyPem },
    sign,
    leaf: { certPem: sign('0x9f01'), keyPem: leafKeyPem },
  }
}

/** An authority's and a leaf's. To find primes takes long, so all tests have the same. */
const rsaKeys = [rsaKey(), rsaKey()] as const

function rsaKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return privateKey.export({ type: 'pkcs8', format: 'pem' })
}

test('judgeOcsp() believes an issuer that answers itself, with RSA and a serial number that starts with a one', async (t) => {
  const { ca, leaf } = rsaAuthority(t)
  const subject = subjectOf(leaf.certPem, ca.certPem)
  const responder = await opensslResponder(t, { caPem: ca.certPem, signer: ca })
  responder.set(leaf, 'good')
  const response = await responder.ask('', serializeOcspRequest(subject), never)
  assert.equal(judgeOcsp(response, subject, Date.now()).status, 'good')
})

test('serializeOcspRequest() asks about a certificate with a negative number too, as OpenSSL would', (t) => {
  const { ca, sign } = rsaAuthority(t)
  const subject = subjectOf(sign('-0x2a'), ca.certPem)
  assert.equal(certIdOf(subject, '1.3.14.3.2.26').serial, -42n)
  assert.ok(serializeOcspRequest(subject).length > 0)
})

test('judgeOcsp() believes nobody else', async () => {
  const { pki, pair, signer, subject } = await authority()
  const nowMs = Date.now()
  const stranger = await (await createPki()).issue(['ocsp.example'], { ocspSigning: true })
  const server = await pki.issue(['ocsp.example']) // of the same authority, and not for this
  for (const other of [stranger, server, pair, { keyPem: stranger.keyPem, certPem: signer.certPem }]) {
    const verdict = judgeOcsp(staple(subject, other, { nowMs }), subject, nowMs)
    assert.deepEqual(verdict, { status: 'invalid', why: 'signature' })
  }
  assert.equal(judgeOcsp(staple(subject, signer, { nowMs }), subject, nowMs).status, 'good')
})

test('judgeOcsp() takes nothing that is about another certificate, or the same number of another authority', async () => {
  const { pki, signer, subject } = await authority()
  const nowMs = Date.now()
  const sibling = subjectOf((await pki.issue(['gw.example'])).certPem, pki.caPem)
  const namesake = { ...subject, issuer: subjectOf(pki.caPem, (await createPki()).caPem).issuer }
  for (const about of [sibling, namesake]) {
    const verdict = judgeOcsp(staple(about, signer, { nowMs }), subject, nowMs)
    assert.deepEqual(verdict, { status: 'invalid', why: 'other-certificate' })
  }
})

test('judgeOcsp() takes a response only while it is valid, give or take a clock that is five minutes off', async () => {
  const { signer, subject } = await authority()
  const nowMs = Math.floor(Date.now() / 1_000) * 1_000
  const response = staple(subject, signer, { nowMs, lifeMs: hourMs })
  const at = (ms: number) => judgeOcsp(response, subject, nowMs + ms).status
  assert.deepEqual(
    [at(-301_000), at(-299_000), at(hourMs - 1), at(hourMs)],
    ['invalid', 'good', 'good', 'invalid'],
  )
  const certId = certIdOf(subject, '2.16.840.1.101.3.4.2.1')
  const answer = { certId, status: 'good', thisUpdateMs: nowMs, nextUpdateMs: undefined } as const
  const endless = serializeOcspResponse([answer], signer)
  assert.deepEqual(judgeOcsp(endless, subject, nowMs), { status: 'good', untilMs: nowMs + hourMs })
  assert.deepEqual(judgeOcsp(endless, subject, nowMs + hourMs), { status: 'invalid', why: 'stale' })
})

test('judgeOcsp() takes the worse of two answers', async () => {
  const { signer, subject } = await authority()
  const thisUpdateMs = Math.floor(Date.now() / 1_000) * 1_000
  const certId = certIdOf(subject, '1.3.14.3.2.26')
  const both = (['good', 'revoked'] as const).map((status) => {
    return { certId, status, thisUpdateMs, nextUpdateMs: undefined }
  })
  const verdict = judgeOcsp(serializeOcspResponse(both, signer), subject, thisUpdateMs)
  assert.equal(verdict.status, 'revoked')
})

test('judgeOcsp() never finds a revoked certificate good, whatever became of the response', async () => {
  const { signer, subject } = await authority()
  const nowMs = Date.now()
  const response = staple(subject, signer, { nowMs, status: 'revoked' })
  assert.equal(judgeOcsp(response, subject, nowMs).status, 'revoked')
  fc.assert(
    fc.property(fc.nat(response.length - 1), fc.integer({ min: 1, max: 255 }), (at, flipped) => {
      const damaged = response.slice()
      damaged[at] = (damaged[at] ?? 0) ^ flipped
      assert.notEqual(judgeOcsp(damaged, subject, nowMs).status, 'good')
    }),
    { numRuns: 500 },
  )
})
