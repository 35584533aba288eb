import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUlaw } from '@voxkeep/wire/g711'
import * as fc from 'fast-check'
import { maskPairs, type Mask, type MaskedSpan } from './mask.ts'

const start = 8_192
const count = 2_000
const said = (channel: 0 | 1, at: number) => ((at * 37 + channel * 91) % 100) + 1

function pairs(): Uint8Array {
  return Uint8Array.from({ length: 2 * count }, (_, at) => said((at & 1) as 0 | 1, start + (at >> 1)))
}

function masked(spans: readonly MaskedSpan[], before = 0xff): Int16Array {
  const codes = pairs()
  maskPairs(codes, start, 0, spans, before)
  return decodeUlaw(
    codes.filter((_, at) => at % 2 === 0),
    new Int16Array(count),
  )
}

function power(samples: Int16Array): number {
  return samples.reduce((sum, one) => sum + one * one, 0) / samples.length
}

test('maskPairs() leaves the other channel, and every sample outside the stretches, as they were', () => {
  const span = fc.record({ from: fc.integer({ min: start - 500, max: start + 2_500 }), length: fc.nat(300) })
  fc.assert(
    fc.property(
      fc.array(span, { maxLength: 6 }),
      fc.constantFrom<Mask[]>('silence', 'tone'),
      fc.nat(255),
      (list, mask, before) => {
        const spans = list.map(({ from, length }) => ({ from, to: from + length, mask }))
        const codes = pairs()
        maskPairs(codes, start, 0, spans, before)
        for (let at = 0; at < codes.length; at++) {
          const position = start + (at >> 1)
          const inside = at % 2 === 0 && spans.some(({ from, to }) => position >= from && position < to)
          if (!inside) assert.equal(codes[at], said((at & 1) as 0 | 1, position))
        }
      },
    ),
  )
})

test('maskPairs() leaves less than a hundredth of a stretch’s power in silence, its edges included', () => {
  const stretch = { from: start + 400, to: start + 2_000 }
  const plain = decodeUlaw(
    pairs().filter((_, at) => at % 2 === 0),
    new Int16Array(count),
  ).subarray(400, 2_000)
  const left = masked([{ ...stretch, mask: 'silence' }]).subarray(400, 2_000)
  assert.ok(power(left) < power(plain) / 100)
  assert.ok(left.subarray(8).every((sample) => sample === 0))
  assert.ok(Math.abs(left[0] as number) > 0, 'the first millisecond fades')
})

test('maskPairs() puts a steady tone of 1,000 Hz, 28.5 dB below full scale, that fades in and out', () => {
  const tone = masked([{ from: start + 200, to: start + 1_800, mask: 'tone' }])
  const steady = tone.subarray(240, 1_760)
  assert.ok(Math.abs(10 * Math.log10(power(steady) / (32_768 ** 2 / 2)) + 28.7) < 0.5)
  for (let at = 0; at + 8 < steady.length; at++) assert.equal(steady[at], steady[at + 8])
  assert.ok(power(tone.subarray(200, 208)) < power(steady) / 20)
  assert.ok(power(tone.subarray(1_792, 1_800)) < power(steady) / 20)
})

test('maskPairs() goes on with a stretch that began before, without a second edge', () => {
  const rest = masked([{ from: start - 100, to: start + 300, mask: 'silence' }], 0x00)
  assert.ok(rest.subarray(0, 290).every((sample) => sample === 0))
  const tone = masked([{ from: start - 100, to: start + 5_000, mask: 'tone' }])
  assert.ok(power(tone.subarray(0, 8)) > 0.9 * power(tone.subarray(800, 808)))
})
