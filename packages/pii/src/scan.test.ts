import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { allCapitals, capital, digitsOnly, fold, hasDigit, scan } from './scan.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

function words(text: string, language: 'en' | 'fr' = 'en'): string[] {
  return scan(text, language).tokens.map((token) => token.plain)
}

test('scan() makes words of letters, digits and inner apostrophes', () => {
  assert.deepEqual(words("It's O'Brien: 4111-1111, forty-five."), [
    "it's",
    "o'brien",
    '4111',
    '1111',
    'forty',
    'five',
  ])
  assert.deepEqual(words("l'adresse d’été", 'fr'), ['l', 'adresse', 'd', 'ete'])
})

test('fold() takes accents, case, nukta and scripts of digits away', () => {
  assert.equal(fold('Fünf'), 'funf')
  assert.equal(fold('DREIẞIG'), 'dreissig')
  assert.equal(fold('dreißig'), 'dreissig')
  assert.equal(fold('९८७६'), '9876')
  assert.equal(fold('４１１１'), '4111')
  assert.equal(fold('पाँच'), fold('पांच'))
  assert.equal(fold('ज़ीरो'), fold('जीरो'))
  assert.equal(fold('11\u200b11'), '1111')
})

test('scan() tells kinds and gaps', () => {
  const { kinds, gaps } = scan('GB82 Bob 4111-1111, x\ny', 'en')
  assert.deepEqual(
    [...kinds],
    [hasDigit | capital | allCapitals, capital, hasDigit | digitsOnly, hasDigit | digitsOnly, 0, 0],
  )
  assert.deepEqual([...gaps], [0, 32, 32, 45, 44 + 256, 10])
})

test('scan() knows digits of other scripts as digits', () => {
  assert.equal(scan('४१११', 'hi').kinds[0], hasDigit | digitsOnly)
})

test('scan() never throws, and its tokens are in order and as written', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), (text) => {
      let at = 0
      for (const token of scan(text, 'en').tokens) {
        assert.ok(token.start >= at && token.end > token.start)
        assert.equal(text.slice(token.start, token.end), token.text)
        at = token.end
      }
    }),
  )
})

test('scan() undoes the joining of plain words', () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,12}$/)
  fc.assert(fc.property(fc.array(word), (list) => assert.deepEqual(words(list.join(' ')), list)))
})
