import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isToken, splitTopLevel, trimBlanks, unfold } from './grammar.ts'

test('isToken() takes exactly RFC 3261 §25.1 token', () => {
  assert.equal(isToken("aZ09-.!%*_+`'~"), true)
  for (const text of ['', 'a b', 'a,b', 'a/b', '"a"', 'ü', 'a\n']) assert.equal(isToken(text), false, text)
})

test('trimBlanks() takes spaces and tabs, and leaves every other character', () => {
  assert.equal(trimBlanks(' \t\u{feff}a\u00a0 '), '\u{feff}a\u00a0')
  assert.equal(trimBlanks(' \t '), '')
})

test('unfold() makes one space of a fold', () => {
  assert.equal(unfold(' a \r\n\t b\n c '), 'a b c')
})

test('splitTopLevel() respects quotes, escapes in them, and brackets', () => {
  assert.deepEqual(splitTopLevel(String.raw`"a\",b" , <x,"y> , c`, ','), [String.raw`"a\",b"`, '<x,"y>', 'c'])
  assert.deepEqual(splitTopLevel(';;', ';'), ['', '', ''])
  assert.deepEqual(splitTopLevel('"open, <a', ','), ['"open, <a'])
})

const withoutSeparators = (value: string): string => value.replaceAll(/[, ]/g, '')

test('splitTopLevel() loses only separators and blanks', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\\', '<', '>', ' ') }), (text) => {
      assert.equal(withoutSeparators(splitTopLevel(text, ',').join(',')), withoutSeparators(text))
    }),
  )
})
