import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { addPhrase, longestPhrase, type Phrases } from './phrases.ts'

function look(known: Phrases<string>, text: string, fillers: readonly string[] = []) {
  const words = text.split(' ')
  return longestPhrase(
    known,
    0,
    (at) => words[at],
    (at) => fillers.includes(words[at] ?? ''),
  )
}

function phrases(...all: string[]): Phrases<string> {
  const known: Phrases<string> = new Map()
  for (const phrase of all) addPhrase(known, phrase, phrase)
  return known
}

test('longestPhrase() takes the longest that is there', () => {
  const known = phrases('new', 'new york', 'new york city hall')
  assert.deepEqual(look(known, 'new york city bus'), { value: 'new york', end: 2 })
  assert.deepEqual(look(known, 'new hampshire'), { value: 'new', end: 1 })
  assert.equal(look(known, 'york'), undefined)
})

test('longestPhrase() passes over fillers and words that are said twice', () => {
  const known = phrases('my name is')
  assert.deepEqual(look(known, 'my uh name name is is ada', ['uh']), { value: 'my name is', end: 6 })
  assert.equal(look(known, 'my uh um er name is', ['uh', 'um', 'er']), undefined)
})

test('longestPhrase() finds every phrase that was added, in whatever company', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd')
  const phrase = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '))
  const property = fc.property(
    fc.array(phrase, { minLength: 1, maxLength: 20 }),
    fc.array(word, { maxLength: 5 }),
    (all, more) => {
      const known = phrases(...all)
      for (const one of all)
        assert.ok((look(known, [one, ...more].join(' '))?.end ?? 0) >= one.split(' ').length)
    },
  )
  fc.assert(property)
})

test('longestPhrase() never looks past the end, whatever the words', () => {
  const words = fc.array(fc.string(), { maxLength: 20 })
  const property = fc.property(
    words,
    fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 10 }),
    (text, all) => {
      const hit = longestPhrase(
        phrases(...all),
        0,
        (at) => text[at],
        () => false,
      )
      assert.ok(hit === undefined || hit.end <= text.length)
    },
  )
  fc.assert(property)
})
