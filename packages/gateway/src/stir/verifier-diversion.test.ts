import assert from 'node:assert/strict'
import { test } from 'node:test'
import { called, caller, callWith, claims, identityOf, newSigner, verifierWith, x5u } from './test-network.ts'

const carrier = await newSigner()
const signer = 'CN=SHAKEN 709J; SPC 709J'
const passed = { status: 'passed', attestation: 'A', originationId: claims.origid, signer }

const diversion = (from: string, to: string, change: object = {}) =>
  identityOf(carrier.keyPem, {
    header: { ppt: 'div' },
    claims: { attest: undefined, origid: undefined, dest: { tn: [to] }, div: { tn: from }, ...change },
    parameters: ';ppt=div',
  })

test('verify() follows signed diversions from the number that was first called (RFC 8946)', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const first = identityOf(carrier.keyPem, { claims: { dest: { tn: ['18005550100'] } } })
  const steps = [diversion('18005550101', called), diversion('18005550100', '18005550101')]
  const verdict = await at.verify(callWith([first, ...steps]))
  assert.deepEqual(verdict, { ...passed, divertedFrom: '18005550100' })
})

test('verify() follows no diversion that is another caller’s, leads elsewhere, turns in circles or stands alone', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const first = identityOf(carrier.keyPem, { claims: { dest: { tn: ['18005550100'] } } })
  const refused = { status: 'failed', reason: 'called-mismatch', signer }
  const another = diversion('18005550100', called, { orig: { tn: '12155559999' } })
  assert.deepEqual(await at.verify(callWith([first, another])), refused)
  const elsewhere = diversion('18005550199', called)
  assert.deepEqual(await at.verify(callWith([first, elsewhere])), refused)
  const circle = [diversion('18005550101', called), diversion(called, '18005550101')]
  assert.deepEqual(await at.verify(callWith([first, ...circle])), refused)
  const unsigned = diversion('18005550100', called).replace(/\.[\w-]+;/, `.${'A'.repeat(86)};`)
  assert.deepEqual(await at.verify(callWith([first, unsigned])), refused)
  const alone = await at.verify(callWith([diversion('18005550100', called)]))
  assert.deepEqual(alone, { status: 'failed', reason: 'extension' })
})

test('verify() wants whoever diverts to be entitled to the number that was called first', async () => {
  const other = 'https://certificates.example/other.pem'
  const pair = await newSigner({ numbers: [{ kind: 'one', number: caller }] })
  const at = verifierWith({ [x5u]: carrier.certPem, [other]: pair.certPem })
  const first = identityOf(carrier.keyPem, { claims: { dest: { tn: ['18005550100'] } } })
  const diverting = identityOf(pair.keyPem, {
    header: { ppt: 'div', x5u: other },
    info: other,
    claims: { dest: { tn: [called] }, div: { tn: '18005550100' } },
    parameters: ';ppt=div',
  })
  const verdict = await at.verify(callWith([first, diverting]))
  assert.deepEqual(verdict, { status: 'failed', reason: 'called-mismatch', signer })
})
