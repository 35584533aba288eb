import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { cardBrand, isLuhn } from './card-number.ts'

test('isLuhn() takes one last digit out of ten, and nothing but digits', () => {
  const digits = fc.stringMatching(/^\d{1,18}$/)
  fc.assert(
    fc.property(digits, (head) => {
      const right = Array.from({ length: 10 }, (_, digit) => String(digit)).filter((last) =>
        isLuhn(head + last),
      )
      assert.equal(right.length, 1)
    }),
  )
  for (const text of ['', '4242 4242', 'a', '٤٢٤٢', '-4']) assert.equal(isLuhn(text), false)
})

test('isLuhn() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void isLuhn(text)))
})

test('cardBrand() names the scheme by the first digits and the length', () => {
  const known = {
    4242424242424242: 'visa',
    4222222222222: 'visa',
    5555555555554444: 'mastercard',
    2223003122003222: 'mastercard',
    378282246310005: 'amex',
    6011111111111117: 'discover',
    30569309025904: 'diners-club',
    3566002020360505: 'jcb',
    6200000000000005: 'unionpay',
    5018000000000009: 'maestro',
    2200700000000005: 'mir',
    6080000000000006: 'rupay',
  }
  for (const [number, brand] of Object.entries(known)) assert.equal(cardBrand(number), brand, number)
  assert.equal(cardBrand('424242424242424'), undefined)
  assert.equal(cardBrand('9999999999999999'), undefined)
  assert.equal(cardBrand(''), undefined)
})
