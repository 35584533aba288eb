import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { randomBase62, toBase62 } from './base62.ts'

const value = (text: string) => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  return Array.from(text).reduce((sum, letter) => sum * 62 + alphabet.indexOf(letter), 0)
}

test('toBase62() keeps every 32-bit value, in six letters', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (number) => {
      const text = toBase62(number, 6)
      assert.equal(text.length, 6)
      assert.equal(value(text), number)
    }),
  )
})

test('randomBase62() throws away the bytes that would favour some letters', () => {
  const bytes = [255, 248, 247, 0, 250, 61, 62]
  const random = { bytes: () => Uint8Array.from(bytes) }
  assert.equal(randomBase62(4, random), 'z0z0') // 247 → 61 → z, 0 → 0, 61 → z, 62 → 0
})

test('randomBase62() uses all 62 letters', () => {
  const text = randomBase62(10_000, { bytes: (count) => randomBytes(count) })
  assert.equal(text.length, 10_000)
  assert.equal(new Set(text).size, 62)
})
