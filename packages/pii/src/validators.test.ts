import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { cardBrand, validCard } from './card-brand.ts'
import { luhn, mod97, verhoeff } from './checksums.ts'
import { ibanLength, validIban } from './iban.ts'
import {
  validAadhaar,
  validIndianPan,
  validNhs,
  validNino,
  validNir,
  validNpi,
  validRouting,
  validSpanish,
  validSsn,
  validSteuerId,
} from './national.ts'

const digit = fc.integer({ min: 0, max: 9 })

describe('check digits', () => {
  test('luhn() accepts what its rule makes, and refuses one changed digit', () => {
    fc.assert(
      fc.property(
        fc.array(digit, { minLength: 11, maxLength: 17 }),
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        (list, place, shift) => {
          const body = list.join('')
          const check = [...Array(10).keys()].find((one) => luhn(body + one))
          const whole = body + check
          assert.ok(luhn(whole))
          const at = place % whole.length
          const changed = whole.slice(0, at) + ((Number(whole[at]) + shift) % 10) + whole.slice(at + 1)
          assert.equal(luhn(changed), false)
        },
      ),
    )
  })

  test('verhoeff() accepts what its rule makes, and refuses digits that changed places', () => {
    assert.ok(verhoeff('2363'))
    assert.equal(verhoeff('2336'), false)
    assert.equal(validAadhaar('999941057058'), true)
    assert.equal(validAadhaar('199941057058'), false)
  })

  test('mod97() is 1 for a turned IBAN', () => assert.equal(mod97('WEST12345698765432GB82'), 1))
})

describe('validCard()', () => {
  const cards = {
    '4111111111111111': 'visa',
    '5555555555554444': 'mastercard',
    '2223003122003222': 'mastercard',
    '378282246310005': 'amex',
    '6011111111111117': 'discover',
    '3530111333300000': 'jcb',
    '30569309025904': 'diners-club',
    '6200000000000005': 'unionpay',
  }
  for (const [number, brand] of Object.entries(cards))
    test(`is ${brand} for ${number}`, () => assert.equal(validCard(number), brand))

  test('refuses a wrong check digit, a wrong length and an unknown beginning', () => {
    assert.equal(validCard('4111111111111112'), undefined)
    assert.equal(validCard('411111111111116'), undefined)
    assert.equal(validCard('9111111111111111'), undefined)
    assert.equal(cardBrand('4111111111111112'), 'visa')
  })
})

describe('national numbers', () => {
  test('validSsn() refuses what was never issued, and knows ITIN', () => {
    assert.equal(validSsn('078051120'), 'ssn')
    for (const never of ['000121234', '666121234', '123001234', '123120000', '900121234'])
      assert.equal(validSsn(never), undefined)
    assert.equal(validSsn('900701234'), 'itin')
  })

  test('validRouting() is ABA mod 10', () => {
    assert.ok(validRouting('021000021'))
    assert.equal(validRouting('021000022'), false)
    assert.equal(validRouting('991000021'), false)
  })

  test('validNhs() is modulus 11', () => {
    assert.ok(validNhs('9434765919'))
    assert.equal(validNhs('9434765918'), false)
  })

  test('validNpi() is Luhn with 80840', () => {
    assert.ok(validNpi('1234567893'))
    assert.equal(validNpi('1234567890'), false)
  })

  test('validSpanish() knows DNI and NIE by their letter', () => {
    assert.equal(validSpanish('12345678Z'), 'dni')
    assert.equal(validSpanish('X1234567L'), 'nie')
    assert.equal(validSpanish('12345678A'), undefined)
  })

  test('validSteuerId() is ISO 7064 MOD 11,10', () => {
    assert.ok(validSteuerId('86095742719'))
    assert.equal(validSteuerId('86095742718'), false)
    assert.equal(validSteuerId('06095742719'), false)
  })

  test('validNir() has a key of 97 less the rest', () => {
    assert.ok(validNir('255081416802538'))
    assert.equal(validNir('255081416802539'), false)
  })

  test('validNino() and validIndianPan() know what letters may stand where', () => {
    assert.ok(validNino('AB123456C'))
    assert.equal(validNino('GB123456C'), false)
    assert.equal(validNino('AB123456E'), false)
    assert.ok(validIndianPan('ABCPE1234F'))
    assert.equal(validIndianPan('ABCDE1234F'), false)
  })
})

describe('validIban()', () => {
  for (const iban of [
    'GB82WEST12345698765432',
    'DE89370400440532013000',
    'FR1420041010050500013M02606',
    'ES9121000418450200051332',
    'NL91ABNA0417164300',
  ])
    test(`accepts ${iban}, and refuses it with a digit changed`, () => {
      assert.ok(validIban(iban))
      const changed = iban.slice(0, -1) + (iban.endsWith('0') ? '1' : '0')
      assert.equal(validIban(changed), false)
    })

  test('goes by the length of the country', () => {
    assert.equal(ibanLength('DE89'), 22)
    assert.equal(ibanLength('XX89'), undefined)
    assert.equal(validIban('DE8937040044053201300'), false)
  })
})

test('no validator throws, whatever it is given', () => {
  const all = [
    validCard,
    validSsn,
    validRouting,
    validNhs,
    validNpi,
    validAadhaar,
    validSteuerId,
    validNir,
    validSpanish,
    validIndianPan,
    validNino,
    validIban,
  ]
  fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => all.forEach((valid) => void valid(text))))
})
