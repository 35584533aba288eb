import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { readTranscription } from './transcription.ts'

const read = (answer: unknown, lengthMs = 10_000) => readTranscription(JSON.stringify(answer), lengthMs)
const texts = (answer: unknown) =>
  read(answer)?.words.map(({ text, startMs, endMs }) => [text, startMs, endMs])

describe('readTranscription()', () => {
  test('readTranscription() reads words at the top, as OpenAI writes them', () => {
    const words = [
      { word: 'My', start: 0.1, end: 0.3 },
      { word: 'card', start: 0.35, end: 0.8 },
    ]
    assert.deepEqual(
      read({ task: 'transcribe', language: 'english', duration: 1, text: 'My card.', words }),
      {
        words: [
          { text: 'My', startMs: 100, endMs: 300 },
          { text: 'card', startMs: 350, endMs: 800 },
        ],
        language: 'english',
      },
    )
  })

  test('readTranscription() reads the words of faster-whisper, whose blanks and probabilities go with them', () => {
    const words = [{ word: ' Hello', start: 0.5, end: 0.9, probability: 0.75 }]
    assert.deepEqual(read({ words, segments: null })?.words, [
      { text: 'Hello', startMs: 500, endMs: 900, confidence: 0.75 },
    ])
  })

  test('readTranscription() puts the pieces of whisper.cpp together to words', () => {
    const words = [
      { word: '[_BEG_]', start: 0, end: 0, probability: 1 },
      { word: ' Vo', start: 0.1, end: 0.2, t_dtw: -1, probability: 0.9 },
      { word: 'xk', start: 0.2, end: 0.3, t_dtw: -1, probability: 0.5 },
      { word: 'eep', start: 0.3, end: 0.5, t_dtw: -1, probability: 0.8 },
      { word: ' rings', start: 0.6, end: 0.9, t_dtw: -1, probability: 0.7 },
      { word: '.', start: 0.9, end: 1, t_dtw: -1, probability: 0.7 },
    ]
    const segments = [{ id: 0, start: 0, end: 1, text: ' Voxkeep rings.', words }]
    assert.deepEqual(read({ text: ' Voxkeep rings.', segments })?.words, [
      { text: 'Voxkeep', startMs: 100, endMs: 500, confidence: 0.5 },
      { text: 'rings.', startMs: 600, endMs: 1_000, confidence: 0.7 },
    ])
  })

  test('readTranscription() spreads a segment’s words over its time where they have none', () => {
    const segments = [
      { start: 1, end: 2, text: ' one two' },
      { start: 3, end: 4, text: ' abc', words: [{ word: ' abc', probability: 1 }] },
    ]
    assert.deepEqual(texts({ segments }), [
      ['one', 1_000, 1_500],
      ['two', 1_500, 2_000],
      ['abc', 3_000, 4_000],
    ])
  })

  test('readTranscription() spreads a bare text over the whole', () => {
    assert.deepEqual(texts({ text: 'aa bb' }), [
      ['aa', 0, 5_000],
      ['bb', 5_000, 10_000],
    ])
    assert.deepEqual(texts({ text: '' }), [])
  })

  test('readTranscription() takes no word for one that only says that nobody spoke', () => {
    assert.deepEqual(texts({ segments: [{ start: 0, end: 1, text: ' [BLANK_AUDIO]' }] }), [])
  })

  test('readTranscription() keeps times within what was sent', () => {
    assert.deepEqual(texts({ words: [{ word: 'late', start: 9.5, end: 99 }] }), [['late', 9_500, 10_000]])
  })

  test('readTranscription() knows no other answer', () => {
    for (const answer of [null, 7, [], {}, { error: { message: 'no' } }, { words: 7 }])
      assert.equal(read(answer), undefined, JSON.stringify(answer))
    assert.equal(readTranscription('<html>', 1_000), undefined)
  })

  test('readTranscription() never throws, and its times are in order, whatever the answer', () => {
    const word = fc.record({
      word: fc.string(),
      start: fc.oneof(fc.double(), fc.anything()),
      end: fc.double(),
    })
    const answer = fc.oneof(
      fc.json(),
      fc.record({ words: fc.array(word) }).map((value) => JSON.stringify(value)),
      fc
        .record({
          segments: fc.array(
            fc.record({ start: fc.double(), end: fc.double(), text: fc.string(), words: fc.array(word) }),
          ),
        })
        .map((value) => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(answer, (text) => {
        for (const { startMs, endMs } of readTranscription(text, 5_000)?.words ?? [])
          assert.ok(startMs >= 0 && startMs <= endMs && endMs <= 5_000)
      }),
    )
  })
})
