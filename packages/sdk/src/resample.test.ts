import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { resampler } from './resample.ts'

const rates = [8_000, 16_000, 24_000, 48_000]
const pairs = rates.flatMap((from) => rates.filter((to) => to !== from).map((to) => [from, to] as const))

function tone(hz: number, rate: number, seconds: number): Int16Array {
  const sample = (_: unknown, index: number) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * index) / rate))
  return Int16Array.from({ length: rate * seconds }, sample)
}

/** The power at a frequency in decibels, and that of everything else, away from the ends. */
function spectrum(samples: Int16Array, hz: number, rate: number) {
  const middle = samples.subarray(rate / 10, rate / 10 + rate / 4)
  let [sine, cosine, total] = [0, 0, 0]
  middle.forEach((sample, index) => {
    const angle = (2 * Math.PI * hz * index) / rate
    sine += sample * Math.sin(angle)
    cosine += sample * Math.cos(angle)
    total += sample ** 2
  })
  const power = (2 * (sine ** 2 + cosine ** 2)) / middle.length
  return {
    amplitude: Math.sqrt((2 * power) / middle.length),
    restDb: 10 * Math.log10((total - power + 1e-9) / total),
  }
}

for (const [from, to] of pairs)
  test(`resampler() keeps a tone from ${from} to ${to} Hz as loud, and adds nothing above −60 dB`, () => {
    const { amplitude, restDb } = spectrum(resampler(from, to)(tone(1_000, from, 0.5)), 1_000, to)
    assert.ok(Math.abs(amplitude - 10_000) < 30, String(amplitude))
    assert.ok(restDb < -60, String(restDb))
  })

test('resampler() lets nothing above the new Nyquist frequency fold back', () => {
  const folded = resampler(24_000, 8_000)(tone(6_000, 24_000, 0.5))
  const loudest = folded.subarray(400).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  assert.ok(loudest <= 3, `10000 became ${loudest}`)
})

test('resampler() says the same in pieces of any size as at once', () => {
  const whole = tone(700, 8_000, 0.1)
  const cuts = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 12 })
  fc.assert(
    fc.property(fc.constantFrom(...pairs), cuts, ([, to], sizes) => {
      const inPieces = resampler(8_000, to)
      const parts: number[] = []
      let at = 0
      for (const size of [...sizes, whole.length]) {
        parts.push(...inPieces(whole.subarray(at, at + size)))
        at += size
      }
      assert.deepEqual(Int16Array.from(parts), Int16Array.from(resampler(8_000, to)(whole)))
    }),
    { numRuns: 20 },
  )
})

test('resampler() makes as many samples as the rates say', () => {
  for (const [from, to] of pairs) assert.equal(resampler(from, to)(new Int16Array(from)).length, to)
})

test('resampler() refuses a rate of nothing', () => {
  assert.throws(() => resampler(0, 8_000), RangeError)
})
