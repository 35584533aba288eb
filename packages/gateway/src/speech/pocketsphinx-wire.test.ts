import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { pocketsphinxWire } from './pocketsphinx-wire.ts'

const printed = `when are you
<s> 0.000 1.020 1.000000
when(2) 1.030 1.750 0.437230
are 1.880 2.100 0.964154
[NOISE] 2.100 2.110 0.9
you 2.110 2.250 1.000130
<sil> 2.420 2.570 0.994017
</s> 2.580 2.890 1.000000`.split('\n')

const quiet = new Uint8Array(8_000).fill(0xff)
const loud = new Uint8Array(8_000).fill(0x20)

describe('pocketsphinxWire()', () => {
  test('pocketsphinxWire() reads a sentence when it is whole', () => {
    const wire = pocketsphinxWire(16_000)
    const events = printed.flatMap((line) => wire.read(line))
    assert.deepEqual(events, [
      {
        kind: 'words',
        final: true,
        words: [
          { text: 'when', startMs: 1_030, endMs: 1_750, confidence: 0.43723 },
          { text: 'are', startMs: 1_880, endMs: 2_100, confidence: 0.964154 },
          { text: 'you', startMs: 2_110, endMs: 2_250, confidence: 1 },
        ],
      },
      { kind: 'through', ms: 2_890 },
    ])
  })

  test('pocketsphinxWire() tells a sentence that has no end before the next one, or when it is over', () => {
    const words = ['yes 0.100 0.300 0.900', 'no 0.400 0.600 0.900']
    const next = pocketsphinxWire(16_000)
    for (const line of words) next.read(line)
    assert.equal(next.read('and so').length, 2)
    const last = pocketsphinxWire(16_000)
    for (const line of words) last.read(line)
    assert.deepEqual(last.pause?.(false), [])
    assert.deepEqual(last.pause?.(true).at(-1), { kind: 'through', ms: 600 })
  })

  test('pocketsphinxWire() tells a sentence of a grammar, which ends with a silence, when no more of it comes', () => {
    const wire = pocketsphinxWire(16_000)
    for (const line of ['yes', 'yes 0.100 0.300 0.9', '(NULL) 0.300 0.300 1.0', '<sil> 0.310 0.900 1.0'])
      wire.read(line)
    assert.deepEqual(wire.pause?.(false), [], 'more of it may be on the way')
    assert.deepEqual(wire.pause?.(false), [
      { kind: 'words', final: true, words: [{ text: 'yes', startMs: 100, endMs: 300, confidence: 0.9 }] },
      { kind: 'through', ms: 900 },
    ])
  })

  test('pocketsphinxWire() takes for silence only what is silent from end to end, and not its last moments', () => {
    const wire = pocketsphinxWire(16_000)
    for (let i = 0; i < 4; i += 1) wire.encode(quiet)
    assert.deepEqual(wire.pause?.(false), [{ kind: 'through', ms: 2_500 }])
    assert.deepEqual(wire.pause?.(false), [])
    wire.encode(loud)
    for (let i = 0; i < 9; i += 1) wire.encode(quiet)
    assert.deepEqual(wire.pause?.(false), [], 'somebody may have spoken: the program will say')
    wire.read('yes 4.200 4.800 0.9')
    assert.deepEqual(wire.read('</s> 4.810 5.300 1.0').at(-1), { kind: 'through', ms: 5_300 })
    assert.deepEqual(wire.pause?.(false), [{ kind: 'through', ms: 12_500 }])
  })

  test('pocketsphinxWire() never throws and never tells words that run backwards, whatever is printed', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(...printed),
      fc
        .tuple(fc.string(), fc.float(), fc.float())
        .map(([a, b, c]) => `${a} ${b.toFixed(3)} ${c.toFixed(3)} 1.0`),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const wire = pocketsphinxWire(8_000)
        for (const event of lines.flatMap((text) => wire.read(text)))
          if (event.kind === 'words') for (const word of event.words) assert.ok(word.endMs >= word.startMs)
      }),
    )
  })
})
