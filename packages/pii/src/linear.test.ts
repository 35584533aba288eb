import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { analyse } from './analysis.ts'
import type { Language } from './contract.ts'
import { findDates } from './dates.ts'
import { lexicon } from './lexicon.ts'
import { findNumbers } from './numbers.ts'
import { findNetwork } from './network.ts'
import { findPasswords } from './passwords.ts'
import { scan } from './scan.ts'
import { findSpokenEmails } from './spoken-email.ts'

/** An array that counts how often it is read: work is counted in looks, not in time. */
function counted<T extends object>(array: T, look: () => void): T {
  return new Proxy(array, {
    get(target, key) {
      look()
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function looks(text: string, language: Language): number {
  let count = 0
  const look = () => {
    count += 1
  }
  const words = lexicon(language)
  const doc = scan(text, language, words)
  const watched = {
    ...doc,
    tokens: counted(doc.tokens, look),
    gaps: counted(doc.gaps, look),
    kinds: counted(doc.kinds, look),
  }
  const analysis = analyse(watched, words)
  for (const find of [findNumbers, findDates, findSpokenEmails, findNetwork, findPasswords]) find(analysis)
  return count
}

/** What is repeated to make a text hostile: runs that never end, words that may begin anything, links without numbers. */
const hostile: readonly (readonly [Language, string])[] = [
  ['en', 'one '],
  ['en', '1 '],
  ['en', '1-'],
  ['en', '4111 '],
  ['en', '12,'],
  ['en', '7\n'],
  ['en', 'a '],
  ['en', 'A1 '],
  ['en', 'GB82 '],
  ['en', 'g b eight two '],
  ['en', 'for '],
  ['en', 'for to ate won '],
  ['en', 'uh '],
  ['en', 'no sorry one '],
  ['en', 'scratch that one two three '],
  ['en', 'let me see '],
  ['en', 'double '],
  ['en', 'one hundred and '],
  ['en', 'one thousand '],
  ['en', 'twenty '],
  ['en', 'july '],
  ['en', 'first '],
  ['en', 'twenty first of '],
  ['en', '04/07/'],
  ['en', 'at '],
  ['en', 'dot '],
  ['en', 'a dot b at c dot '],
  ['en', 'card number '],
  ['en', 'card number 12 '],
  ['en', 'password is '],
  ['en', '192.168.'],
  ['en', 'w as in '],
  ['de', 'ein und '],
  ['de', 'einhundert'],
  ['fr', 'quatre vingt '],
  ['es', 'mil y '],
  ['hi', 'ek minute '],
]

describe('the work on a text', () => {
  for (const [language, piece] of hostile)
    test(`grows with its length for «${piece.trim()}»`, () => {
      const once = looks(piece.repeat(200), language)
      const twice = looks(piece.repeat(400), language)
      assert.ok(twice <= once * 2.3 + 1_000, `${once} looks became ${twice}`)
      assert.ok(once <= 500 * Math.max(200, scan(piece.repeat(200), language).tokens.length), `${once} looks`)
    })
})
