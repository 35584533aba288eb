import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { Word } from '@voxkeep/pii'
import { stitchWords } from './stitch-words.ts'

const word = (text: string, startMs: number, endMs = startMs + 200): Word => ({ text, startMs, endMs })
const texts = (words: readonly Word[]) => words.map(({ text }) => text).join(' ')

describe('stitchWords()', () => {
  test('stitchWords() says each word once that both pieces heard, though their times differ', () => {
    const before = [word('four', 1_000), word('one', 1_300), word('two', 1_600)]
    const after = [word('One', 1_360), word('two,', 1_680), word('nine', 2_000)]
    assert.equal(texts(stitchWords(before, after, { fromMs: 1_000, toMs: 2_000 })), 'four one two, nine')
  })

  test('stitchWords() does not take a digit that is said twice for one', () => {
    const before = [word('one', 1_000), word('one', 1_300), word('one', 1_600)]
    const after = [word('one', 1_310), word('one', 1_590), word('one', 1_900)]
    assert.equal(texts(stitchWords(before, after, { fromMs: 1_000, toMs: 2_000 })), 'one one one one')
  })

  test('stitchWords() drops halves of words at the cuts', () => {
    const before = [word('my', 1_000), word('number', 1_300, 1_700), word('eye', 1_850, 2_000)]
    const after = [
      word('eh', 1_000, 1_050),
      word('number', 1_310, 1_700),
      word('is', 1_850, 2_050),
      word('five', 2_100),
    ]
    assert.equal(texts(stitchWords(before, after, { fromMs: 1_000, toMs: 2_000 })), 'my number is five')
  })

  test('stitchWords() parts in the middle where the pieces agree on nothing', () => {
    const before = [word('mac', 1_000), word('ard', 1_300), word('is', 1_700)]
    const after = [word('my', 1_010), word('card', 1_310), word('his', 1_710), word('five', 2_100)]
    assert.equal(texts(stitchWords(before, after, { fromMs: 1_000, toMs: 2_000 })), 'mac ard his five')
  })

  test('stitchWords() keeps what only one of them heard', () => {
    const stretch = { fromMs: 1_000, toMs: 2_000 }
    assert.equal(texts(stitchWords([word('alone', 1_700)], [], stretch)), 'alone')
    assert.equal(texts(stitchWords([], [word('alone', 1_100)], stretch)), 'alone')
  })

  test('stitchWords() neither loses nor doubles a word of two pieces that heard alike', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 12 })
    const vocabulary = fc.array(fc.constantFrom('one', 'two', 'nine', 'oh'), { minLength: 12, maxLength: 12 })
    fc.assert(
      fc.property(gaps, vocabulary, fc.integer({ min: -60, max: 60 }), (pauses, spoken, shift) => {
        let at = 1_000
        const truth = pauses.map((pause, index) => {
          const startMs = at + pause
          at = startMs + 250
          return word(spoken[index] ?? '', startMs, at)
        })
        const later = truth.map((one) => ({ ...one, startMs: one.startMs + shift, endMs: one.endMs + shift }))
        assert.equal(texts(stitchWords(truth, later, { fromMs: 1_000, toMs: at })), texts(truth))
      }),
    )
  })
})
