import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { cardBrand, isLuhn } from '#kernel'
import { brandOf, codeLengthOf, passesLuhn } from './card-number.ts'
import { fieldKinds, type FieldFault } from './commands-collect.ts'
import { faultOf, isWhole, limitsOf, type FieldRules } from './field-rules.ts'

const ascii = (digits: string) => new TextEncoder().encode(digits)
const context = { nowMs: Date.UTC(2026, 10, 21), brand: undefined }
const rules = (field: FieldRules['field'], more: Partial<FieldRules> = {}): FieldRules => ({
  field,
  date_format: 'MMDDYYYY',
  ...more,
})

test('passesLuhn() and brandOf() say of bytes what the kernel says of texts', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{1,19}$/), (digits) => {
      assert.equal(passesLuhn(ascii(digits)), isLuhn(digits))
      const whole = cardBrand(digits)
      if (whole !== undefined && whole !== 'maestro') assert.equal(brandOf(ascii(digits)), whole)
    }),
  )
  assert.equal(passesLuhn(ascii('')), false)
  assert.equal(brandOf(ascii('60')), 'rupay')
  assert.equal(brandOf(ascii('6000000000000')), 'maestro', 'RuPay has no number of 13 digits')
  assert.equal(brandOf(ascii('3')), undefined)
})

for (const [field, digits, fault, more] of [
  ['card-number', '4242424242424242', undefined],
  ['card-number', '4242424242424241', 'luhn'],
  ['card-number', '424242424242424', 'luhn'],
  ['card-number', '42424242', 'too-short'],
  ['card-number', '4242424242424242', 'brand', { cards: ['amex', 'mastercard'] }],
  ['card-number', '378282246310005', undefined, { cards: ['amex'] }],
  ['card-number', '9999999999999995', 'brand'],
  ['card-expiry', '1126', undefined],
  ['card-expiry', '1026', 'expired'],
  ['card-expiry', '1326', 'not-a-date'],
  ['card-expiry', '0026', 'not-a-date'],
  ['card-expiry', '0199', 'not-a-date'],
  ['card-expiry', '012', 'too-short'],
  ['card-code', '12', 'too-short'],
  ['card-code', '123', undefined],
  ['postal-code', '94107', undefined],
  ['postal-code', '9410', 'too-short'],
  ['pin', '1234', undefined],
  ['ssn', '078051120', undefined],
  ['ssn', '000051120', 'pattern'],
  ['ssn', '666051120', 'pattern'],
  ['ssn', '900051120', 'pattern'],
  ['ssn', '078001120', 'pattern'],
  ['ssn', '078050000', 'pattern'],
  ['bank-routing', '110000000', undefined],
  ['bank-routing', '110000001', 'checksum'],
  ['bank-routing', '000000000', 'checksum'],
  ['bank-account', '000123456789', undefined],
  ['bank-account', '123', 'too-short'],
  ['account', '70001', undefined, { pattern: '7####|80###' }],
  ['account', '80123', undefined, { pattern: '7####|80###' }],
  ['account', '90001', 'pattern', { pattern: '7####|80###' }],
  ['digits', '12', 'too-short', { min_digits: 3 }],
  ['digits', '1234', 'too-long', { max_digits: 3 }],
  ['date', '02292024', undefined],
  ['date', '02292023', 'not-a-date'],
  ['date', '31122000', undefined, { date_format: 'DDMMYYYY' }],
  ['date', '0229', undefined, { date_format: 'MMDD' }],
  ['date', '1300', 'not-a-date', { date_format: 'MMYY' }],
  ['date', '00002000', 'not-a-date'],
] as readonly (readonly [FieldRules['field'], string, FieldFault | undefined, Partial<FieldRules>?])[])
  test(`faultOf() says ${fault ?? 'nothing'} of ${field} ${digits}${more ? ` with ${JSON.stringify(more)}` : ''}`, () => {
    assert.equal(faultOf(rules(field, more), ascii(digits), context), fault)
  })

test('faultOf() takes a card to the end of its month, wherever that ends last', () => {
  const last = Date.UTC(2026, 11, 1, 11, 59)
  assert.equal(faultOf(rules('card-expiry'), ascii('1126'), { ...context, nowMs: last }), undefined)
  assert.equal(faultOf(rules('card-expiry'), ascii('1126'), { ...context, nowMs: last + 120_000 }), 'expired')
})

test('isWhole() needs no finish key where a brand has one length, and waits for it elsewhere', () => {
  assert.equal(isWhole(rules('card-number'), ascii('424242424242424'), context), false)
  assert.equal(isWhole(rules('card-number'), ascii('4242424242424242'), context), true)
  assert.equal(isWhole(rules('card-number'), ascii('378282246310005'), context), true)
  assert.equal(isWhole(rules('card-number'), ascii('6200000000000005'), context), false)
  assert.equal(isWhole(rules('card-number', { max_digits: 19 }), ascii('4242424242424242'), context), false)
  assert.equal(isWhole(rules('ssn'), ascii('078051120'), context), true)
})

test('limitsOf() knows how long the code of a card is', () => {
  assert.deepEqual(limitsOf(rules('card-code'), { ...context, brand: 'amex' }), { min: 4, max: 4 })
  assert.deepEqual(limitsOf(rules('card-code'), { ...context, brand: 'visa' }), { min: 3, max: 3 })
  assert.deepEqual(limitsOf(rules('card-code'), context), { min: 3, max: 4 })
  assert.equal(codeLengthOf(undefined), undefined)
})

test('faultOf() and isWhole() never throw, whatever the keys', () => {
  const any = fc.record({
    field: fc.constantFrom(...fieldKinds),
    date_format: fc.constantFrom('MMDDYYYY' as const, 'MMYY' as const, 'YYYYMMDD' as const),
    min_digits: fc.option(fc.integer({ min: 1, max: 64 }), { nil: undefined }),
    max_digits: fc.option(fc.integer({ min: 1, max: 64 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(any, fc.stringMatching(/^\d{0,64}$/), (asked, digits) => {
      const fault = faultOf(asked, ascii(digits), context)
      const { min, max } = limitsOf(asked, context)
      assert.ok(min <= max && max <= 64)
      if (digits.length < min) assert.equal(fault, 'too-short')
      assert.equal(typeof isWhole(asked, ascii(digits), context), 'boolean')
    }),
  )
})
