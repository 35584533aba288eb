import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withAbaCheck, withDniLetter, withIbanCheck, withLuhn, withNhsCheck } from './corpus-checksums.ts'

test('withLuhn() ends a number as card networks do', () => {
  assert.equal(withLuhn('411111111111111'), '4111111111111111')
  assert.equal(withLuhn('37828224631000'), '378282246310005')
})

test('withIbanCheck() makes the IBANs of the registry’s examples', () => {
  assert.equal(withIbanCheck('GB', 'NWBK60161331926819'), 'GB29NWBK60161331926819')
  assert.equal(withIbanCheck('DE', '370400440532013000'), 'DE89370400440532013000')
  assert.equal(withIbanCheck('ES', '21000418450200051332'), 'ES9121000418450200051332')
})

test('withAbaCheck(), withNhsCheck() and withDniLetter() make numbers that verify', () => {
  assert.equal(withAbaCheck('01100001'), '011000015')
  assert.equal(withNhsCheck('943476591'), '9434765919')
  assert.equal(withDniLetter('12345678'), '12345678Z')
})
