import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberFacts } from './number-risk.ts'

test('numberFacts() tells the country, also inside a shared code', () => {
  const countries = {
    '+12125550100': 'US',
    '+18765551234': 'JM',
    '+442079460018': 'GB',
    '+77012345678': 'KZ',
    '+4915112345678': 'DE',
  }
  for (const [number, country] of Object.entries(countries))
    assert.deepEqual(numberFacts(number), { country, isHighRisk: false }, number)
})

test('numberFacts() knows the numbers that fraudsters earn on', () => {
  for (const [what, number] of [
    ['premium rate', '+19005551234'],
    ['premium rate', '+449098790879'],
    ['premium rate', '+33899123456'],
    ['shared cost', '+491805123456'],
    ['personal', '+447012345678'],
    ['universal access', '+445512345678'],
    ['Inmarsat', '+870773123456'],
    ['universal personal', '+878101234567890'],
    ['satellite', '+8816123456789'],
    ['international networks', '+88213300000'],
    ['international networks', '+883510012345678'],
    ['international premium rate', '+979123456789'],
    ['assigned to nobody', '+15550001111'],
    ['no code at all', '+999123456789'],
  ] as const)
    assert.equal(numberFacts(number).isHighRisk, true, `${what} ${number}`)
})
