import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sentences } from './sentences.ts'

function cut(...tokens: string[]): string[] {
  const { push, flush } = sentences()
  const out = tokens.flatMap((token) => push(token))
  const last = flush()
  return last === undefined ? out : [...out, last]
}

test('sentences() gives a sentence as soon as it is whole, and the rest at the end', () => {
  const { push, flush } = sentences()
  assert.deepEqual(push('Hello there, Ms'), [])
  assert.deepEqual(push(' Miller. How'), ['Hello there, Ms Miller. '])
  assert.deepEqual(push(' is it? I'), []) // «How is it?» is short: it waits for more
  assert.equal(flush(), 'How is it? I')
})

test('sentences() does not take a short piece, a title or a decimal for a sentence', () => {
  assert.deepEqual(cut('Mr. Miller owes 3.50 pounds. Really'), ['Mr. Miller owes 3.50 pounds. ', 'Really'])
})

test('sentences() cuts what has no end at a blank, and never within a character', () => {
  const pieces = cut('word '.repeat(200))
  assert.ok(pieces.every((piece) => piece.length <= 300 && piece.endsWith(' ')))
  assert.ok(cut('😀'.repeat(400)).every((piece) => piece.isWellFormed()))
})

test('sentences() cuts languages without blanks too', () => {
  assert.deepEqual(cut('こんにちは、お元気ですか今日は。はい'), ['こんにちは、お元気ですか今日は。', 'はい'])
})

test('sentences() loses and adds nothing, however the text comes', () => {
  const text = fc.array(fc.oneof(fc.constantFrom('. ', '? ', '\n', ' ', ', '), fc.string()))
  fc.assert(fc.property(text, (tokens) => assert.equal(cut(...tokens).join(''), tokens.join(''))))
})
