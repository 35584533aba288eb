import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseNextNonce } from './next-nonce.ts'

test('parseNextNonce() finds the next nonce among the other fields', () => {
  assert.equal(parseNextNonce('qop=auth, nextnonce="47364c23", rspauth="6629fae4"'), '47364c23')
  assert.equal(parseNextNonce('nextnonce = "a\\"b"'), 'a"b')
  for (const none of ['', 'qop=auth', 'nextnonce=""', 'nextnonce=47364c23', `nextnonce="${'n'.repeat(513)}"`])
    assert.equal(parseNextNonce(none), undefined)
})

test('parseNextNonce() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseNextNonce(text)))
})

test('parseNextNonce() undoes quoting', () => {
  const nonce = fc.string({ minLength: 1, maxLength: 100 }).filter((text) => !/[\r\n]/.test(text))
  fc.assert(
    fc.property(nonce, (text) => {
      const quoted = text.replace(/["\\]/g, '\\$&')
      assert.equal(parseNextNonce(`nextnonce="${quoted}"`), text)
    }),
  )
})
