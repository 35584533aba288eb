import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fieldKinds } from './commands-collect.ts'
import { maskedField, maskedKeys } from './field-mask.ts'

const ascii = (digits: string) => new TextEncoder().encode(digits)

test('maskedField() shows the last four of cards and bank accounts, and no digit of anything else', () => {
  assert.equal(maskedField('card-number', ascii('378282246310005')), '**** ****** *0005')
  assert.equal(maskedField('bank-account', ascii('000123456789')), '********6789')
  assert.equal(maskedField('bank-account', ascii('1234567')), '*******')
  assert.equal(maskedField('ssn', ascii('078051120')), '*********')
  assert.equal(maskedField('pin', ascii('1234')), '****')
})

test('maskedField() never shows more than four digits, nor maskedKeys() any', () => {
  fc.assert(
    fc.property(fc.constantFrom(...fieldKinds), fc.stringMatching(/^\d{0,64}$/), (kind, digits) => {
      assert.ok(maskedField(kind, ascii(digits)).replace(/\D/g, '').length <= 4)
      assert.doesNotMatch(maskedKeys(kind, digits.length), /\d/)
    }),
  )
})
