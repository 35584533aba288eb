import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { certificateNames } from './certificate-names.ts'

test('certificateNames() gives DNS and URI names, and no other', () => {
  assert.deepEqual(
    certificateNames('DNS:SBC.example.com, IP Address:192.0.2.1, URI:sip:example.com, email:a@b.c'),
    ['sbc.example.com', 'sip:example.com'],
  )
  assert.deepEqual(certificateNames(undefined), [])
})

test('certificateNames() does not count wildcards', () => {
  assert.deepEqual(certificateNames('DNS:*.example.com'), [])
})

test('certificateNames() is not fooled by a name that imitates a second one', () => {
  assert.deepEqual(certificateNames('URI:"http://a/, DNS:evil.example", DNS:b.example'), ['b.example'])
  assert.deepEqual(certificateNames(String.raw`URI:"a\", DNS:evil.example", DNS:b.example`), ['b.example'])
})

test('certificateNames() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void certificateNames(text)))
})
