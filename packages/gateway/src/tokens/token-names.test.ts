import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isLuhn } from '#kernel'
import { isTokenName, randomToken, shapedToken } from './token-names.ts'

const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }
const cards = fc.stringMatching(/^\d{12,19}$/)

test('shapedToken() keeps length and last four, and never passes Luhn', () => {
  fc.assert(
    fc.property(cards, (digits) => {
      const token = shapedToken(digits, random)
      assert.equal(token.length, digits.length)
      assert.equal(token.slice(-4), digits.slice(-4))
      assert.equal(isLuhn(token), false)
      assert.ok(isTokenName(token))
    }),
  )
})

test('shapedToken() draws every leading digit about equally often', () => {
  const seen = new Map<string, number>()
  for (let round = 0; round < 500; round++)
    for (const digit of shapedToken('4242424242424242', random).slice(0, 12))
      seen.set(digit, (seen.get(digit) ?? 0) + 1)
  assert.equal(seen.size, 10)
  for (const count of seen.values()) assert.ok(count > 450 && count < 750, `${count} of 6000`)
})

test('randomToken() gives 128 bits that differ', () => {
  const tokens = new Set(Array.from({ length: 200 }, () => randomToken(random)))
  assert.equal(tokens.size, 200)
  for (const token of tokens) assert.match(token, /^vt_[0-9a-f]{32}$/)
})

test('isTokenName() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void isTokenName(text)))
})
