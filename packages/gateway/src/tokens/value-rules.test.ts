import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { tokenKinds } from './contract.ts'
import { isTokenVaultError } from './error.ts'
import { checkValue } from './value-rules.ts'

test('checkValue() spells a value in one way, however it is written', () => {
  assert.equal(checkValue('card', ' 4242-4242 4242.4242').value, '4242424242424242')
  assert.equal(checkValue('iban', 'de89 3704 0044 0532 0130 00').value, 'DE89370400440532013000')
  assert.equal(checkValue('ssn', '078-05-1120').value, '078051120')
  assert.equal(checkValue('phone', '+49 (30) 111-222').value, '+4930111222')
  assert.equal(checkValue('email', ' Ann@Example.test ').value, 'ann@example.test')
  assert.equal(checkValue('person', ' Ann \n  Smith ').value, 'Ann Smith')
})

test('checkValue() shows the last four of numbers, never most of a short one, and nothing of who somebody is', () => {
  assert.equal(checkValue('card', '4242424242424242').masked, '**** 4242')
  assert.equal(checkValue('bank-account', '12345').masked, '')
  for (const [kind, value] of [
    ['person', 'Ann Smith'],
    ['address', 'Long Street 12'],
    ['email', 'ann@example.test'],
    ['other', 'something long'],
    ['postal-code', '10115'],
    ['card-expiry', '03/31'],
  ] as const)
    assert.equal(checkValue(kind, value).masked, '')
})

test('checkValue() keeps or refuses any text, and never says in an error what it was', () => {
  fc.assert(
    fc.property(fc.constantFrom(...tokenKinds), fc.string({ minLength: 5 }), (kind, text) => {
      try {
        assert.ok(checkValue(kind, text).value.length > 0)
      } catch (error) {
        assert.ok(isTokenVaultError(error, 'TOKEN_INVALID'))
        assert.ok(!error.message.includes(text))
      }
    }),
  )
})

test('checkValue() spells what it spelled the same way again', () => {
  fc.assert(
    fc.property(fc.constantFrom(...tokenKinds), fc.string(), (kind, text) => {
      let once: string
      try {
        once = checkValue(kind, text).value
      } catch {
        return
      }
      assert.equal(checkValue(kind, once).value, once)
    }),
  )
})
