import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { certificateNames, isCertifiedFor } from './certificate-names.ts'

test('certificateNames() gives DNS and URI names, and no other', () => {
  assert.deepEqual(
    certificateNames('DNS:SBC.example.com, IP Address:192.0.2.1, URI:sip:example.com, email:a@b.c'),
    ['sbc.example.com', 'sip:example.com'],
  )
  assert.deepEqual(certificateNames(undefined), [])
})

test('interop 33: certificateNames() does not count wildcards', () => {
  assert.deepEqual(certificateNames('DNS:*.example.com'), [])
})

test('certificateNames() is not fooled by a name that imitates a second one', () => {
  assert.deepEqual(certificateNames('URI:"http://a/, DNS:evil.example", DNS:b.example'), ['b.example'])
  assert.deepEqual(certificateNames(String.raw`URI:"a\", DNS:evil.example", DNS:b.example`), ['b.example'])
})

test('certificateNames() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void certificateNames(text)))
})

const isGood = (san: string, name: string) => isCertifiedFor(san, name)

test('interop 33: isCertifiedFor() finds a name among DNS names and sip: URIs, an address among addresses', () => {
  const san =
    'DNS:SBC.example.com, URI:sip:example.com, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1'
  for (const name of ['sbc.example.com', 'example.com', '192.0.2.1', '2001:db8::1'])
    assert.equal(isGood(san, name), true, name)
  for (const name of ['other.example.com', 'com', '192.0.2.2', '2001:db8::2', ''])
    assert.equal(isGood(san, name), false, name)
})

test('interop 33: isCertifiedFor() lets a wildcard stand for one whole label, and for nothing else', () => {
  assert.equal(isGood('DNS:*.pstn.example.com', 'acme.pstn.example.com'), true)
  for (const [san, name] of [
    ['DNS:*.pstn.example.com', 'a.b.pstn.example.com'],
    ['DNS:*.pstn.example.com', 'pstn.example.com'],
    ['DNS:*.pstn.example.com', '.pstn.example.com'],
    ['DNS:*.com', 'example.com'],
    ['DNS:*', 'localhost'],
    ['DNS:a*.example.com', 'ab.example.com'],
    ['DNS:*.*.example.com', 'a.b.example.com'],
    ['DNS:a.*.example.com', 'a.b.example.com'],
    ['DNS:*.0.2.1', '192.0.2.1'],
    ['URI:sip:*.example.com', 'a.example.com'],
  ] as const)
    assert.equal(isGood(san, name), false, `${san} ${name}`)
})

test('isCertifiedFor() takes no URI with a user part, no other scheme and no text that imitates a second name', () => {
  assert.equal(isGood('URI:sip:alice@example.com', 'example.com'), false)
  assert.equal(isGood('URI:https://example.com', 'example.com'), false)
  assert.equal(isGood('DNS:"evil.example, DNS:example.com"', 'example.com'), false)
  assert.equal(isCertifiedFor(undefined, 'example.com'), false)
})

test('isCertifiedFor() never throws, and knows nobody by a name that is not there', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (san, name) => void isCertifiedFor(san, name)))
  fc.assert(
    fc.property(fc.domain(), fc.domain(), (a, b) => {
      assert.equal(isCertifiedFor(`DNS:${a}`, b), a === b)
      assert.equal(isCertifiedFor(`DNS:x.${a}, DNS:${b}`, b), true)
    }),
  )
})
