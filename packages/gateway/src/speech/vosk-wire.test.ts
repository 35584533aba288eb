import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { voskWire } from './vosk-wire.ts'

const hundredMs = new Uint8Array(800).fill(0xff)

function sending(messages: number) {
  const wire = voskWire()
  for (let i = 0; i < messages; i += 1) wire.encode(hundredMs)
  return wire
}

describe('voskWire()', () => {
  test('voskWire() asks for words at the rate of the telephone', () => {
    assert.deepEqual(
      voskWire().greeting.map((text) => JSON.parse(text) as unknown),
      [{ config: { sample_rate: 8_000, words: true } }],
    )
  })

  test('voskWire() sends 16-bit samples', () => {
    const pcm = voskWire().encode(Uint8Array.of(0xff, 0x80, 0x00))
    assert.deepEqual([...pcm], [0, 0, 0x7c, 0x7d, 0x84, 0x82])
  })

  test('voskWire() reads words and times of a result, and knows by counting answers how far it has come', () => {
    const wire = sending(3)
    assert.deepEqual(wire.read('{"partial" : ""}'), [
      { kind: 'through', ms: 0 },
      { kind: 'heard', ms: 100 },
    ])
    assert.deepEqual(
      wire.read(
        '{"result" : [{"conf" : 0.98, "end" : 0.21, "start" : 0.03, "word" : "four"}], "text" : "four"}',
      ),
      [
        { kind: 'words', final: true, words: [{ text: 'four', startMs: 30, endMs: 210, confidence: 0.98 }] },
        { kind: 'through', ms: 200 },
        { kind: 'heard', ms: 200 },
      ],
    )
  })

  test('voskWire() takes an empty partial for silence, but for the last second', () => {
    const wire = sending(30)
    for (let i = 0; i < 29; i += 1) wire.read('{"partial":""}')
    assert.deepEqual(wire.read('{"partial":""}'), [
      { kind: 'through', ms: 2_000 },
      { kind: 'heard', ms: 3_000 },
    ])
  })

  test('voskWire() says nothing is through while a sentence goes on', () => {
    const wire = sending(10)
    const kinds = wire.read('{"partial":"my card"}').map(({ kind }) => kind)
    assert.deepEqual(kinds, ['words', 'heard'])
  })

  test('voskWire() ends with the bytes the server looks for, and is done with the last result', () => {
    const wire = sending(2)
    assert.equal(wire.finish(), '{"eof" : 1}')
    const done = (text: string) => wire.read(text).some(({ kind }) => kind === 'done')
    assert.equal(done('{"partial":"a"}'), false)
    assert.equal(done('{"text":""}'), false, 'of the last audio, not yet of the end')
    assert.equal(done('{"text":"a"}'), true)
  })

  test('voskWire() takes the likeliest of alternatives', () => {
    const alternatives = [
      { confidence: 9, result: [{ end: 1, start: 0, word: 'yes' }], text: 'yes' },
      { confidence: 3, result: [{ end: 1, start: 0, word: 'yet' }], text: 'yet' },
    ]
    const [first] = sending(1).read(JSON.stringify({ alternatives }))
    assert.deepEqual(first, {
      kind: 'words',
      final: true,
      words: [{ text: 'yes', startMs: 0, endMs: 1_000 }],
    })
  })

  test('voskWire() ignores what is none of it', () => {
    for (const text of ['', 'null', '[]', '{"result":[]}', '{"partial":7}', '{']) {
      assert.deepEqual(sending(1).read(text), [{ kind: 'ignored' }], text)
    }
  })

  test('voskWire() never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void sending(2).read(text)))
  })

  test('voskWire() reads back any words that a server could write', () => {
    const word = fc.record({
      word: fc.stringMatching(/^[a-z]{1,12}$/),
      start: fc.integer({ min: 0, max: 90_000 }),
      length: fc.integer({ min: 0, max: 3_000 }),
    })
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const result = words.map(({ word: text, start, length }) => ({
          word: text,
          start: start / 1_000,
          end: (start + length) / 1_000,
        }))
        const [first] = sending(1).read(JSON.stringify({ result, text: '' }))
        assert.deepEqual(
          first?.kind === 'words' && first.words,
          words.map(({ word: text, start, length }) => ({ text, startMs: start, endMs: start + length })),
        )
      }),
    )
  })
})
