import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { scan } from '#scan'
import { findBits, wordBits } from './word-bits.ts'

function bitsIn(known: ReadonlyMap<string, number>, text: string): number[] {
  const table = wordBits(known)
  const { tokens, hashes } = scan(text, 'en')
  return tokens.map(({ start, end }, at) =>
    hashes[at] === 0 ? -1 : findBits(table, hashes[at] ?? 0, text, start, end),
  )
}

test('findBits() finds words in whatever case, and nothing else', () => {
  const known = new Map([
    ['rose', 1],
    ["o'brien", 2],
    ['rosé', 4],
  ])
  assert.deepEqual(bitsIn(known, "Rose ROSE roses ros O'Brien O’Brien rosé 12"), [1, 1, 0, 0, 2, -1, -1, -1])
})

test('findBits() finds each of many words, and no other', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/)
  const property = fc.property(fc.uniqueArray(word, { maxLength: 200 }), word, (words, other) => {
    const known = new Map(words.map((one, at) => [one, at + 1]))
    const expected = [...words.map((_, at) => at + 1), known.get(other) ?? 0]
    assert.deepEqual(bitsIn(known, [...words, other].join(' ')), expected)
  })
  fc.assert(property, { numRuns: 50 })
})

test('findBits() gives nothing of an empty table, whatever the text', () => {
  const property = fc.property(fc.string(), (text) => {
    assert.ok(bitsIn(new Map(), text).every((bits) => bits <= 0))
  })
  fc.assert(property, { numRuns: 50 })
})
