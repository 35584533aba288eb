import assert from 'node:assert/strict'
import { test } from 'node:test'
import { belowHundred, dayOfMonth, quantity, year } from './corpus-number-words.ts'

test('belowHundred() says numbers as each language does', () => {
  assert.deepEqual(
    [7, 13, 21, 45, 90].map((number) => belowHundred(number, 'en')),
    ['seven', 'thirteen', 'twenty one', 'forty five', 'ninety'],
  )
  assert.deepEqual(
    [21, 34, 16].map((number) => belowHundred(number, 'es')),
    ['veintiuno', 'treinta y cuatro', 'dieciséis'],
  )
  assert.deepEqual(
    [21, 34, 70].map((number) => belowHundred(number, 'de')),
    ['einundzwanzig', 'vierunddreißig', 'siebzig'],
  )
  assert.deepEqual(
    [21, 71, 77, 80, 81, 91, 99].map((number) => belowHundred(number, 'fr')),
    [
      'vingt et un',
      'soixante et onze',
      'soixante-dix-sept',
      'quatre-vingts',
      'quatre-vingt-un',
      'quatre-vingt-onze',
      'quatre-vingt-dix-neuf',
    ],
  )
})

test('quantity() says hundreds and thousands', () => {
  assert.equal(quantity(2213, 'en'), 'two thousand two hundred thirteen')
  assert.equal(quantity(1100, 'es'), 'mil cien')
  assert.equal(quantity(101, 'es'), 'ciento uno')
  assert.equal(quantity(1415, 'fr'), 'mille quatre cent quinze')
  assert.equal(quantity(245, 'de'), 'zweihundertfünfundvierzig')
})

test('year() and dayOfMonth() say dates', () => {
  assert.deepEqual(
    [year(1990, 'en'), year(2005, 'en'), year(1903, 'en')],
    ['nineteen ninety', 'two thousand five', 'nineteen oh three'],
  )
  assert.equal(year(1984, 'de'), 'neunzehnhundertvierundachtzig')
  assert.equal(year(1999, 'fr'), 'mille neuf cent quatre-vingt-dix-neuf')
  assert.deepEqual(
    [dayOfMonth(21, 'en'), dayOfMonth(12, 'de'), dayOfMonth(1, 'fr')],
    ['twenty first', 'zwölfter', 'premier'],
  )
})
