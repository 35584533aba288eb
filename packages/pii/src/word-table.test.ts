import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { languages } from './engine.ts'
import { germanCompound } from './german-compound.ts'
import { lexicon } from './lexicon.ts'
import { digitsOnly, scan } from './scan.ts'

const lexicons = languages.map((language) => lexicon(language))
const known = lexicons.map(({ entries }) => [...entries.keys()])
const spelled = fc
  .tuple(
    fc.nat(languages.length - 1),
    fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.string({ maxLength: 6 })), { maxLength: 30 }),
  )
  .map(([which, parts]) => {
    const words = known[which] ?? []
    const text = parts.map(([at, spelling, other]) => {
      const word = words[at % words.length] ?? ''
      return spelling === 0 ? word : spelling === 1 ? word.toUpperCase() : `${other} ${word.slice(1)}`
    })
    return { which, text: text.join(' ') }
  })

test('scan() finds the same entries with a table of words as by looking each word up', () => {
  fc.assert(
    fc.property(spelled, ({ which, text }) => {
      const words = lexicons[which]
      if (words === undefined) return
      const { tokens, kinds, entries } = scan(text, words.language, words)
      const looked = tokens.map(({ plain }, at) => {
        if (((kinds[at] ?? 0) & digitsOnly) !== 0) return undefined
        return (
          words.entries.get(plain) ??
          (words.language === 'de' ? germanCompound(words.entries, plain) : undefined)
        )
      })
      assert.deepEqual(entries, looked)
      assert.deepEqual(tokens, scan(text, words.language).tokens)
    }),
    { numRuns: 60 },
  )
})

test('germanCompound() reads numbers that are one word', () => {
  const { entries } = lexicon('de')
  const value = (word: string) => germanCompound(entries, word)?.number?.value
  assert.equal(value('neunzehnhundertzweiundachtzig'), 1982)
  assert.equal(value('zweitausendfunf'), 2005)
  assert.equal(value('hundertelf'), 111)
  assert.equal(value('tausendundeins'), 1001)
  assert.equal(value('jahrhundertwein'), undefined)
})
