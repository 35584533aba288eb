import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { userPart } from './incoming-call.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

test('userPart() gives a number or a name, without parameters', () => {
  assert.equal(userPart('sip:+493012345@gw.example;user=phone'), '+493012345')
  assert.equal(userPart('sip:%2B49;phone-context=x@gw.example'), '+49')
  assert.equal(userPart('tel:+493012345;ext=7'), '+493012345')
  assert.equal(userPart('sip:gw.example'), '')
  assert.equal(userPart('nonsense'), '')
})

test('userPart() gives at most 128 characters and no control character, whatever the text', () => {
  const user = fc
    .string({ minLength: 60, maxLength: 150, unit: anyCharacter })
    .map((text) => encodeURIComponent(text.toWellFormed()))
  fc.assert(
    fc.property(user, (text) => {
      const found = userPart(`sip:${text}@x`)
      assert.ok(found.length <= 128)
      assert.doesNotMatch(found, /\p{Cc}/u)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void userPart(text)))
})
