import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalNumber } from './telephone-number.ts'

test('canonicalNumber() drops what only people need (RFC 8224 §8.3)', () => {
  for (const text of [
    '+12155551212',
    '12155551212',
    '+1 (215) 555-1212',
    '%2b1.215.555.1212;phone-context=+1',
  ]) {
    assert.equal(canonicalNumber(text), '12155551212', text)
  }
  assert.equal(canonicalNumber('*86#'), '*86#')
})

test('canonicalNumber() does not guess a country', () => {
  assert.equal(canonicalNumber('2155551212'), '2155551212')
  assert.equal(canonicalNumber('0012155551212'), '0012155551212')
})

test('canonicalNumber() knows a name from a number', () => {
  for (const text of ['', '+', 'anonymous', '1215a', '++1', '1+2', '١٢٣', '1'.repeat(33)]) {
    assert.equal(canonicalNumber(text), undefined, text)
  }
})

test('canonicalNumber() never throws, and changes its own answer no more', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+.() \d;*#%]*$/)), (text) => {
      const number = canonicalNumber(text)
      if (number !== undefined) assert.equal(canonicalNumber(number), number)
    }),
  )
})
