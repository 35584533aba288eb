import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { createTokenText, parseTokenText } from './token-text.ts'

const random = { bytes: (count: number) => randomBytes(count) }

test('createTokenText() makes what parseTokenText() accepts, of the documented shape', () => {
  for (let round = 0; round < 200; round++) {
    const made = createTokenText(random)
    const text = made.text.reveal()
    assert.match(text, /^vk_live_[0-9A-Za-z]{36}$/)
    assert.equal(made.prefix, text.slice(0, 16))
    assert.equal(parseTokenText(text)?.text.reveal(), text)
  }
})

test('createTokenText() ends in the CRC-32 of the rest', () => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const text = createTokenText(random).text.reveal()
  const value = Array.from(text.slice(-6)).reduce((sum, letter) => sum * 62 + alphabet.indexOf(letter), 0)
  assert.equal(value, crc32(text.slice(0, -6)))
})

test('parseTokenText() refuses a token with one letter changed', () => {
  const text = createTokenText(random).text.reveal()
  for (let at = 8; at < text.length; at++) {
    const other = text[at] === 'x' ? 'y' : 'x'
    assert.equal(parseTokenText(text.slice(0, at) + other + text.slice(at + 1)), undefined)
  }
})

test('parseTokenText() never throws, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => assert.equal(parseTokenText(text), undefined)),
  )
  fc.assert(
    fc.property(
      fc.string({ minLength: 36, maxLength: 36 }),
      (text) => void parseTokenText(`vk_live_${text}`),
    ),
  )
})

test('createTokenText() gives a text that does not print', () => {
  const made = createTokenText(random)
  const text = made.text.reveal()
  assert.equal(JSON.stringify(made).includes(text), false)
  assert.equal(inspect(made, { depth: 5, showHidden: true }).includes(text), false)
})
