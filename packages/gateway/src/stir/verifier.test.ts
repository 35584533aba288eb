import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  called,
  caller,
  callWith,
  claims,
  header,
  identityOf,
  network,
  never,
  newSigner,
  now,
  verifierWith,
  x5u,
} from './test-network.ts'
import type { Verdict } from './verdict.ts'

const carrier = await newSigner()
const signer = 'CN=SHAKEN 709J; SPC 709J'
const passed: Verdict = {
  status: 'passed',
  attestation: 'A',
  originationId: '123e4567-e89b-12d3-a456-426655440000',
  signer,
}

/** What comes of one call whose only PASSporT is this one. */
function verdictOn(identity: string, at = verifierWith({ [x5u]: carrier.certPem })): Promise<Verdict> {
  return at.verify(callWith([identity]))
}

test('verify() passes a SHAKEN PASSporT and tells attestation, origination and signer', async () => {
  assert.deepEqual(await verdictOn(identityOf(carrier.keyPem)), passed)
})

test('verify() takes ppt in quotes, as RFC 8588 writes it', async () => {
  const identity = identityOf(carrier.keyPem, { parameters: ';alg=ES256;ppt="shaken"' })
  assert.deepEqual(await verdictOn(identity), passed)
})

test('verify() says none without an Identity header', async () => {
  assert.deepEqual(await verifierWith({}).verify(callWith([])), { status: 'none' })
})

test('verify() compares numbers in canonical form', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const spelled = callWith([identityOf(carrier.keyPem)], {
    from: '+1-215-555-1212;npdi',
    to: '%2B1(212)555.1213',
  })
  assert.equal((await at.verify(spelled)).status, 'passed')
})

test('verify() passes a plain PASSporT, full or compact; it attests no level', async () => {
  const full = identityOf(carrier.keyPem, {
    header: { ppt: undefined },
    claims: { attest: undefined, origid: undefined },
    parameters: ';alg=ES256',
  })
  assert.deepEqual(await verdictOn(full), { status: 'passed', signer })
  const signature = full.replace(/^[^.]*\.[^.]*\./, '..')
  // The keys of `claims` and `header` are in canonical order, so the compact form rebuilds just these bytes.
  const at = verifierWith({ [x5u]: carrier.certPem })
  const date = 'Sun, 01 Mar 2026 12:00:00 GMT'
  assert.deepEqual(await at.verify(callWith([signature], { date })), { status: 'passed', signer })
  const later = callWith([signature], { date: 'Sun, 01 Mar 2026 12:00:01 GMT' })
  assert.deepEqual(await at.verify(later), { status: 'failed', reason: 'signature', signer })
})

test('verify() wants a Date with the compact form, and a fresh one', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const compact = `..${'A'.repeat(86)};info=<${x5u}>;alg=ES256`
  assert.deepEqual(await at.verify(callWith([compact])), { status: 'failed', reason: 'malformed' })
  const old = callWith([compact], { date: 'Sun, 01 Mar 2026 11:58:59 GMT' })
  assert.deepEqual(await at.verify(old), { status: 'failed', reason: 'stale' })
})

test('verify() refuses a compact form with a ppt, whose claims nobody can rebuild', async () => {
  const compact = callWith([`..${'A'.repeat(86)};info=<${x5u}>;ppt=shaken`], {
    date: 'Sun, 01 Mar 2026 12:00:00 GMT',
  })
  assert.deepEqual(await verifierWith({}).verify(compact), { status: 'failed', reason: 'malformed' })
})

test('verify() goes by iat and not by the Date header in the full form', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const call = callWith([identityOf(carrier.keyPem)], { date: 'Sun, 01 Mar 2026 10:00:00 GMT' })
  assert.deepEqual(await at.verify(call), passed)
})

test('interop 35: verify() refuses what is too old or from the future, to the second', async () => {
  const signedAt = (iat: number) => verdictOn(identityOf(carrier.keyPem, { claims: { iat } }))
  const nowS = now / 1_000
  assert.equal((await signedAt(nowS - 60)).status, 'passed')
  assert.deepEqual(await signedAt(nowS - 61), { status: 'failed', reason: 'stale' })
  assert.equal((await signedAt(nowS + 60)).status, 'passed')
  assert.deepEqual(await signedAt(nowS + 61), { status: 'failed', reason: 'future' })
})

test('verify() refuses a PASSporT of another caller or for another call', async () => {
  const otherCaller = identityOf(carrier.keyPem, { claims: { orig: { tn: '12155559999' } } })
  assert.deepEqual(await verdictOn(otherCaller), { status: 'failed', reason: 'caller-mismatch' })
  const otherCalled = identityOf(carrier.keyPem, { claims: { dest: { tn: ['12125559999'] } } })
  assert.deepEqual(await verdictOn(otherCalled), { status: 'failed', reason: 'called-mismatch', signer })
  const uriOnly = identityOf(carrier.keyPem, { claims: { orig: { uri: 'sip:a@b.example' } } })
  assert.deepEqual(await verdictOn(uriOnly), { status: 'failed', reason: 'caller-mismatch' })
})

test('verify() refuses a caller or a called party that is no number', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const identity = [identityOf(carrier.keyPem)]
  const anonymous = await at.verify(callWith(identity, { from: 'anonymous' }))
  assert.deepEqual(anonymous, { status: 'failed', reason: 'caller-mismatch' })
  const support = await at.verify(callWith(identity, { to: 'support' }))
  assert.deepEqual(support, { status: 'failed', reason: 'called-mismatch', signer })
})

test('verify() refuses every algorithm but ES256, whatever the signature', async () => {
  const json = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const none = `${json({ ...header, alg: 'none' })}.${json(claims)}.AA;info=<${x5u}>;alg=none;ppt=shaken`
  assert.deepEqual(await verdictOn(none), { status: 'failed', reason: 'algorithm' })
  // The classic confusion: an HMAC keyed with the public certificate.
  const signed = `${json({ ...header, alg: 'HS256' })}.${json(claims)}`
  const mac = createHmac('sha256', carrier.certPem).update(signed).digest('base64url')
  const hs256 = await verdictOn(`${signed}.${mac};info=<${x5u}>;alg=ES256;ppt=shaken`)
  assert.deepEqual(hs256, { status: 'failed', reason: 'algorithm' })
  const parameter = identityOf(carrier.keyPem, { parameters: ';alg=RS256;ppt=shaken' })
  assert.deepEqual(await verdictOn(parameter), { status: 'failed', reason: 'algorithm' })
})

test('verify() refuses a signature that is another’s, changed, DER, cut or empty', async () => {
  const good = identityOf(carrier.keyPem)
  const stranger = await newSigner()
  const refused = { status: 'failed', reason: 'signature', signer }
  assert.deepEqual(await verdictOn(identityOf(stranger.keyPem)), refused)
  const [signed = '', signature = '', rest = ''] = /^(.*\.)([\w-]+)(;.*)$/.exec(good)?.slice(1) ?? []
  const zeros = 'A'.repeat(86)
  const der = Buffer.concat([Buffer.from('30440220', 'hex'), Buffer.from(signature, 'base64url')])
  for (const other of [zeros, signature.slice(0, 80), `${signature}AA`, der.toString('base64url'), 'AA']) {
    assert.deepEqual(await verdictOn(`${signed}${other}${rest}`), refused, other)
  }
  assert.deepEqual(await verdictOn(`${signed}${rest}`), { status: 'failed', reason: 'malformed' })
})

test('verify() refuses claims that were changed after signing', async () => {
  const [head = '', , rest = ''] =
    /^([^.]+)\.([^.]+)\.(.*)$/s.exec(identityOf(carrier.keyPem))?.slice(1) ?? []
  const changed = Buffer.from(JSON.stringify({ ...claims, attest: 'B' })).toString('base64url')
  const verdict = await verdictOn(`${head}.${changed}.${rest}`)
  assert.deepEqual(verdict, { status: 'failed', reason: 'signature', signer })
})

test('verify() refuses a replay in another call, and takes the same call again', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const identity = [identityOf(carrier.keyPem)]
  assert.equal((await at.verify(callWith(identity))).status, 'passed')
  assert.equal((await at.verify(callWith(identity))).status, 'passed')
  const replay = await at.verify(callWith(identity, { callId: 'b@test' }))
  assert.deepEqual(replay, { status: 'failed', reason: 'replayed', signer })
})

test('verify() knows a replay under the other signature that ECDSA allows', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const identity = identityOf(carrier.keyPem)
  await at.verify(callWith([identity]))
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const twin = identity.replace(/\.([\w-]+);/, (_whole, signature: string) => {
    const hex = Buffer.from(signature, 'base64url').toString('hex')
    const s = (order - BigInt(`0x${hex.slice(64)}`)).toString(16).padStart(64, '0')
    return `.${Buffer.from(hex.slice(0, 64) + s, 'hex').toString('base64url')};`
  })
  assert.notEqual(twin, identity)
  const replay = await at.verify(callWith([twin], { callId: 'b@test' }))
  assert.deepEqual(replay, { status: 'failed', reason: 'replayed', signer })
})

test('verify() takes two calls of one second, which claim the same, for two', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  for (const callId of ['a@test', 'b@test']) {
    assert.equal((await at.verify(callWith([identityOf(carrier.keyPem)], { callId }))).status, 'passed')
  }
})

test('verify() never fetches what is not https, or not what info says', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const refused = { status: 'failed', reason: 'certificate-address' }
  const attempts: [x5u: string, info: string][] = [
    ['http://certificates.example/signer.pem', 'http://certificates.example/signer.pem'],
    ['file:///etc/passwd', 'file:///etc/passwd'],
    ['signer.pem', 'signer.pem'],
    [x5u, 'https://elsewhere.example/signer.pem'],
  ]
  for (const [named, info] of attempts) {
    assert.deepEqual(
      await verdictOn(identityOf(carrier.keyPem, { header: { x5u: named }, info }), at),
      refused,
    )
  }
  assert.deepEqual(at.fetched, [])
})

test('verify() fetches nothing for a call that fails without', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  await verdictOn(identityOf(carrier.keyPem, { claims: { iat: 0 } }), at)
  await verdictOn(identityOf(carrier.keyPem, { claims: { orig: { tn: '1' } } }), at)
  assert.deepEqual(at.fetched, [])
})

test('verify() is unavailable when the certificate cannot be fetched, and does not ask again at once', async () => {
  const at = verifierWith({})
  const unavailable = { status: 'unavailable', reason: 'certificate-unavailable' }
  assert.deepEqual(await verdictOn(identityOf(carrier.keyPem), at), unavailable)
  assert.deepEqual(await verdictOn(identityOf(carrier.keyPem), at), unavailable)
  assert.equal(at.fetched.length, 1)
})

test('verify() fetches a certificate once for calls that come together and after', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const calls = Array.from({ length: 10 }, () => verdictOn(identityOf(carrier.keyPem), at))
  for (const verdict of await Promise.all(calls)) assert.equal(verdict.status, 'passed')
  assert.equal((await verdictOn(identityOf(carrier.keyPem), at)).status, 'passed')
  assert.equal(at.fetched.length, 1)
})

test('verify() is unavailable once its signal aborts, however long the fetch takes', async () => {
  const at = verifierWith({}, { fetchCertificate: () => new Promise(() => {}) })
  const given = new AbortController()
  const verdict = at.verifier.verify(callWith([identityOf(carrier.keyPem)]), given.signal)
  given.abort()
  assert.deepEqual(await verdict, { status: 'unavailable', reason: 'certificate-unavailable' })
})

test('verify() refuses a header whose parameters say otherwise than what was signed', async () => {
  const identity = identityOf(carrier.keyPem, { parameters: ';alg=ES256;ppt=div' })
  assert.deepEqual(await verdictOn(identity), { status: 'failed', reason: 'malformed' })
})

test('verify() goes by the header that holds, whatever else comes along', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const rich = identityOf(carrier.keyPem, { header: { ppt: 'rcd' }, parameters: ';ppt=rcd' })
  assert.deepEqual(await at.verify(callWith(['garbage', rich, identityOf(carrier.keyPem)])), passed)
  const stale = identityOf(carrier.keyPem, { claims: { iat: 1 } })
  assert.deepEqual(await at.verify(callWith(['garbage', rich, stale])), { status: 'failed', reason: 'stale' })
  assert.deepEqual(await at.verify(callWith([rich])), { status: 'failed', reason: 'extension' })
})

test('verify() looks at no more than four headers', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const many = [...Array.from({ length: 4 }, () => 'garbage'), identityOf(carrier.keyPem)]
  assert.deepEqual(await at.verify(callWith(many)), { status: 'failed', reason: 'malformed' })
})

test('verify() refuses claims of another form than RFC 8225 and RFC 8588 have', async () => {
  for (const [name, change] of Object.entries({
    'dest as a text': { claims: { dest: { tn: called } } },
    'iat as a text': { claims: { iat: String(now / 1_000) } },
    'no origid': { claims: { origid: undefined } },
    'attestation D': { claims: { attest: 'D' } },
    'another typ': { header: { typ: 'JWT' } },
    'critical headers': { header: { crit: ['exp'] } },
    'no x5u': { header: { x5u: undefined } },
  })) {
    const verdict = await verdictOn(identityOf(carrier.keyPem, change))
    assert.deepEqual(verdict, { status: 'failed', reason: 'malformed' }, name)
  }
})

test('openStirVerifier() refuses to start with roots that are none', () => {
  const refused = { code: 'STIR_ROOTS_INVALID' }
  for (const rootsPem of ['', 'garbage', carrier.certPem, `${network.certPem}\n${carrier.certPem}`]) {
    assert.throws(() => verifierWith({}, { rootsPem }), refused)
  }
})

test('verify() is unavailable after the verifier was disposed of', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  at.verifier[Symbol.dispose]()
  const verdict = await at.verifier.verify(callWith([identityOf(carrier.keyPem)]), never)
  assert.deepEqual(verdict, { status: 'unavailable', reason: 'certificate-unavailable' })
})

test('verify() never rejects, whatever the headers', async () => {
  const at = verifierWith({ [x5u]: carrier.certPem })
  const good = identityOf(carrier.keyPem)
  const changed = fc.tuple(fc.nat(good.length - 1), fc.string({ maxLength: 3 })).map(([index, text]) => {
    return good.slice(0, index) + text + good.slice(index + 1)
  })
  const call = fc.record({
    identity: fc.array(fc.oneof(fc.string(), changed), { minLength: 1, maxLength: 5 }),
    date: fc.option(fc.string(), { nil: undefined }),
    from: fc.oneof(fc.string(), fc.constant(caller)),
    to: fc.oneof(fc.string(), fc.constant(called)),
    callId: fc.string(),
  })
  const known = new Set(['passed', 'failed', 'unavailable'])
  await fc.assert(
    fc.asyncProperty(call, async (given) => assert.ok(known.has((await at.verify(given)).status))),
  )
})
