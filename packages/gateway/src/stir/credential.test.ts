import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import * as fc from 'fast-check'
import { openCredential, readRoots } from './credential.ts'
import { network, newSigner, validity } from './test-network.ts'

const roots = readRoots(network.certPem)
const { certPem } = await newSigner()

test('openCredential() never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      assert.equal(openCredential(bytes, roots).ok, false)
    }),
  )
})

test('openCredential() never throws and believes nothing when any byte of a good certificate is changed', () => {
  const der = new X509Certificate(certPem).raw
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = new Uint8Array(der)
      changed[at] = (changed[at] ?? 0) ^ flip
      assert.equal(openCredential(changed, roots).ok, false)
    }),
    { numRuns: 300 },
  )
})

test('openCredential() tells subject and provider codes, on one line and not too long', async () => {
  const numbers = [
    { kind: 'spc', code: '709J' },
    { kind: 'spc', code: '1234' },
  ] as const
  const named = await newSigner({ name: `Ünder\n${'x'.repeat(30)}`, numbers })
  const opened = openCredential(Buffer.from(named.certPem), roots)
  assert.ok(opened.ok)
  assert.match(opened.signer, /^CN=[\x20-\x7e]+; SPC 709J; SPC 1234$/)
})

test('openCredential() refuses a certificate of a trusted authority that is for TLS and not for calls', async () => {
  const pki = await createPki()
  const { certPem: tls } = await pki.issue(['sip.example'])
  const opened = openCredential(Buffer.from(tls), readRoots(pki.caPem))
  assert.deepEqual(opened, { ok: false, reason: 'number-not-authorised' })
})

test('readRoots() takes several authorities, P-384 among them', async () => {
  const other = await network.delegate({ ...validity, curve: 'P-384' })
  assert.equal(readRoots(`${network.certPem}\nsome words\n${other.certPem}`).length, 2)
})
