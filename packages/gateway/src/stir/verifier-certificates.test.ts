import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStiAuthority, serializeTnAuthList, type PemPair } from '@voxkeep/pki'
import {
  called,
  caller,
  callWith,
  identityOf,
  network,
  newSigner,
  now,
  spc,
  validity,
  verifierWith,
  x5u,
} from './test-network.ts'
import type { Verdict } from './verdict.ts'

const carrier = await newSigner()
const signer = 'CN=SHAKEN 709J; SPC 709J'

/** What comes of one call whose only PASSporT is this one. */
function verdictOn(identity: string, at = verifierWith({ [x5u]: carrier.certPem })): Promise<Verdict> {
  return at.verify(callWith([identity]))
}

/** What comes of a good PASSporT whose certificate is this one. */
function verdictWith(pair: PemPair, chain: readonly string[] = []): Promise<Verdict> {
  const file = [pair.certPem, ...chain].join('\n')
  return verdictOn(identityOf(pair.keyPem), verifierWith({ [x5u]: file }))
}

test('verify() passes a chain in any order, and a signer given as DER', async () => {
  const middle = await network.delegate(validity)
  const lower = await middle.delegate(validity)
  const pair = await lower.issue({ ...validity, numbers: spc })
  assert.equal((await verdictWith(pair, [middle.certPem, lower.certPem])).status, 'passed')
  const der = Buffer.from(carrier.certPem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  assert.equal((await verdictOn(identityOf(carrier.keyPem), verifierWith({ [x5u]: der }))).status, 'passed')
})

test('verify() refuses a certificate that is expired now, though the rest is good', async () => {
  const expired = { ...validity, notAfter: new Date(now - 1_000) }
  const refused = { status: 'failed', reason: 'certificate-expired' }
  const { signer: by, ...verdict } = (await verdictWith(await newSigner(expired))) as { signer?: string }
  assert.deepEqual(verdict, refused)
  assert.equal(by, signer)
})

test('verify() refuses a certificate that was not yet valid when it signed', async () => {
  const pair = await newSigner({ ...validity, notBefore: new Date(now - 10_000) })
  const identity = identityOf(pair.keyPem, { claims: { iat: now / 1_000 - 20 } })
  const verdict = await verdictOn(identity, verifierWith({ [x5u]: pair.certPem }))
  assert.deepEqual(verdict, { status: 'failed', reason: 'certificate-expired', signer })
})

test('verify() refuses a certificate that expired after it signed', async () => {
  const pair = await newSigner({ notAfter: new Date(now - 10_000) })
  const identity = identityOf(pair.keyPem, { claims: { iat: now / 1_000 - 20 } })
  const verdict = await verdictOn(identity, verifierWith({ [x5u]: pair.certPem }))
  assert.deepEqual(verdict, { status: 'failed', reason: 'certificate-expired', signer })
})

test('verify() refuses a signer below an authority that expired', async () => {
  const middle = await network.delegate({ ...validity, notAfter: new Date(now - 1_000) })
  const verdict = await verdictWith(await middle.issue({ ...validity, numbers: spc }), [middle.certPem])
  assert.equal(verdict.status === 'failed' && verdict.reason, 'certificate-expired')
})

test('verify() refuses chains that lead nowhere', async () => {
  const untrusted = { status: 'failed', reason: 'certificate-untrusted' }
  const stranger = await createStiAuthority(validity)
  const pair = await stranger.issue({ ...validity, numbers: spc })
  assert.deepEqual(await verdictWith(pair), untrusted, 'another root')
  assert.deepEqual(await verdictWith(pair, [stranger.certPem]), untrusted, 'another root, sent along')
  const namesake = await createStiAuthority({ ...validity, name: 'Test STI root' })
  const forged = await namesake.issue({ ...validity, numbers: spc })
  assert.deepEqual(await verdictWith(forged, [network.certPem]), untrusted, 'the root’s name, another key')
  const middle = await network.delegate(validity)
  const cut = await middle.issue({ ...validity, numbers: spc })
  assert.deepEqual(await verdictWith(cut), untrusted, 'the authority between is missing')
})

test('verify() refuses authorities that are none, that may not certify, or that stand too deep', async () => {
  const untrusted = { status: 'failed', reason: 'certificate-untrusted' }
  const notMarked = await network.delegate({ ...validity, notMarked: true })
  const below = await notMarked.issue({ ...validity, numbers: spc })
  assert.deepEqual(await verdictWith(below, [notMarked.certPem]), untrusted)
  const mayNot = await network.delegate({ ...validity, mayNotSign: true })
  const under = await mayNot.issue({ ...validity, numbers: spc })
  assert.deepEqual(await verdictWith(under, [mayNot.certPem]), untrusted)
  const last = await network.delegate({ ...validity, pathLength: 0 })
  const deep = await last.delegate(validity)
  const deepest = await deep.issue({ ...validity, numbers: spc })
  assert.deepEqual(await verdictWith(deepest, [last.certPem, deep.certPem]), untrusted)
})

test('verify() refuses chains that are longer than any real one', async () => {
  let authority = network
  const chain: string[] = []
  for (let depth = 0; depth < 4; depth += 1) {
    authority = await authority.delegate(validity)
    chain.push(authority.certPem)
  }
  const pair = await authority.issue({ ...validity, numbers: spc })
  assert.deepEqual(await verdictWith(pair, chain), { status: 'failed', reason: 'certificate-untrusted' })
})

test('verify() refuses a certificate that may not sign calls', async () => {
  const usage = { status: 'failed', reason: 'certificate-usage' }
  assert.deepEqual(await verdictWith(await newSigner({ mayNotSign: true })), usage)
  const authority = await network.delegate(validity)
  const verdict = await verdictOn(identityOf(carrier.keyPem), verifierWith({ [x5u]: authority.certPem }))
  assert.deepEqual(verdict, usage)
})

test('verify() refuses keys that are not P-256', async () => {
  const pair = await newSigner({ curve: 'P-384' })
  const verdict = await verdictOn(identityOf(carrier.keyPem), verifierWith({ [x5u]: pair.certPem }))
  assert.deepEqual(verdict, { status: 'failed', reason: 'certificate-untrusted' })
})

test('verify() wants the caller inside the TNAuthList', async () => {
  const refused = { status: 'failed', reason: 'number-not-authorised', signer: 'CN=SHAKEN 709J' }
  const one = (number: string) => newSigner({ numbers: [{ kind: 'one', number }] })
  assert.equal((await verdictWith(await one(caller))).status, 'passed')
  assert.deepEqual(await verdictWith(await one(called)), refused)
  const range = (start: string, count: number) => newSigner({ numbers: [{ kind: 'range', start, count }] })
  assert.equal((await verdictWith(await range('12155551200', 13))).status, 'passed')
  assert.deepEqual(await verdictWith(await range('12155551200', 12)), refused)
  const { certPem } = await network.issue(validity)
  const without = await verdictOn(identityOf(carrier.keyPem), verifierWith({ [x5u]: certPem }))
  assert.deepEqual(without, { status: 'failed', reason: 'number-not-authorised' })
})

test('verify() wants the caller inside what a delegating authority has itself', async () => {
  const middle = await network.delegate({
    ...validity,
    numbers: [{ kind: 'range', start: '12155550000', count: 1_000 }],
  })
  const pair = await middle.issue({
    ...validity,
    name: 'Delegate',
    numbers: [{ kind: 'one', number: caller }],
  })
  const verdict = await verdictWith(pair, [middle.certPem])
  assert.deepEqual(verdict, { status: 'failed', reason: 'number-not-authorised', signer: 'CN=Delegate' })
})

test('verify() refuses a certificate whose limits it cannot enforce', async () => {
  const sequence = Uint8Array.of(0x30, 0)
  for (const [id, critical] of [
    ['1.3.6.1.5.5.7.1.27', false],
    ['1.3.6.1.5.5.7.1.33', false],
    ['1.2.3.4.5', true],
  ] as const) {
    const pair = await newSigner({ extensions: [{ id, critical, der: sequence }] })
    assert.deepEqual(await verdictWith(pair), { status: 'failed', reason: 'certificate-malformed' }, id)
  }
  const pair = await newSigner({ extensions: [{ id: '1.2.3.4.5', critical: false, der: sequence }] })
  assert.equal((await verdictWith(pair)).status, 'passed')
})

test('verify() refuses a certificate that says something twice', async () => {
  const der = serializeTnAuthList([{ kind: 'spc', code: 'ZZZZ' }])
  const pair = await newSigner({ extensions: [{ id: '1.3.6.1.5.5.7.1.26', critical: false, der }] })
  assert.deepEqual(await verdictWith(pair), { status: 'failed', reason: 'certificate-malformed' })
})

test('verify() refuses a certificate that was signed with another algorithm than STI authorities use', async () => {
  const pair = await newSigner({ hash: 'SHA-512' })
  assert.deepEqual(await verdictWith(pair), { status: 'failed', reason: 'certificate-malformed' })
})

test('verify() refuses certificates that are giant, many, garbage or empty', async () => {
  const malformed = { status: 'failed', reason: 'certificate-malformed' }
  const giant = carrier.certPem + '\n'.repeat(65_536)
  const many = Array.from({ length: 7 }, () => carrier.certPem).join('\n')
  const broken = carrier.certPem.replace(/.{20}\n-----END/, 'AAAA\n-----END')
  for (const file of [giant, many, broken, 'garbage', '', '<html></html>']) {
    const verdict = await verdictOn(identityOf(carrier.keyPem), verifierWith({ [x5u]: file }))
    assert.deepEqual(verdict, malformed, file.slice(0, 40))
  }
})
