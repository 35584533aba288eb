import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeEscapes, encodeUser } from './uri-escapes.ts'
import { parseUri } from './uri.ts'

test('decodeEscapes() leaves text alone whose escapes are not UTF-8', () => {
  assert.equal(decodeEscapes('a%C3%BCb'), 'aüb')
  for (const text of ['%', '%4', '%zz', '%FF']) assert.equal(decodeEscapes(text), text)
})

test('decodeEscapes() undoes encodeUser(), whose text is a valid user part', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      assert.equal(decodeEscapes(encodeUser(text)), text)
      assert.equal(parseUri(`sip:${encodeUser(text)}@host`)?.user, encodeUser(text))
    }),
  )
})
