import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { thirder, tripler } from './index.ts'

const tone = (hz: number, rateHz: number, samples: number) =>
  Int16Array.from({ length: samples }, (_, i) =>
    Math.round(16_000 * Math.sin((2 * Math.PI * hz * i) / rateHz)),
  )

/** Level against that of the tone that went in, in dB, once the filter is full. */
function levelDb(samples: Int16Array): number {
  const steady = samples.subarray(100)
  const power = steady.reduce((sum, sample) => sum + sample ** 2, 0) / steady.length
  return 10 * Math.log10(power / (16_000 ** 2 / 2) + 1e-12)
}

test('thirder() keeps what 8 kHz can carry', () => {
  for (const hz of [50, 300, 1_000, 3_000, 3_400]) {
    const out = thirder().process(tone(hz, 24_000, 24_000), new Int16Array(8_000))
    assert.ok(Math.abs(levelDb(out)) < 0.1, `${hz} Hz: ${levelDb(out)} dB`)
  }
})

test('thirder() takes out what would fold into it', () => {
  for (const hz of [4_700, 5_000, 7_000, 9_000, 11_900]) {
    const out = thirder().process(tone(hz, 24_000, 24_000), new Int16Array(8_000))
    assert.ok(levelDb(out) < -60, `${hz} Hz: ${levelDb(out)} dB`)
  }
})

test('tripler() adds no images', () => {
  for (const hz of [50, 1_000, 3_000, 3_400]) {
    const out = tripler().process(tone(hz, 8_000, 8_000), new Int16Array(24_000))
    // 48 samples later it is the tone at 24 kHz: what differs is image and rounding.
    const rest = Int16Array.from(out, (sample, i) => {
      return sample - Math.round(16_000 * Math.sin((2 * Math.PI * hz * (i - 48)) / 24_000))
    })
    assert.ok(levelDb(rest) < -55, `${hz} Hz: ${levelDb(rest)} dB`)
  }
})

test('thirder() undoes tripler(), 32 samples later', () => {
  const said = tone(1_234, 8_000, 8_000)
  const heard = thirder().process(tripler().process(said, new Int16Array(24_000)), new Int16Array(8_000))
  let most = 0
  for (let i = 100; i + 32 < 8_000; i += 1)
    most = Math.max(most, Math.abs((heard[i + 32] ?? 0) - (said[i] ?? 0)))
  assert.ok(most <= 30, `off by ${most}`)
})

test('tripler() and thirder() make the same of a whole as of its pieces, and never overflow', () => {
  const anySamples = fc.array(fc.constantFrom(-32_768, 32_767, 0, 5), { minLength: 3, maxLength: 1_000 })
  fc.assert(
    fc.property(anySamples, fc.integer({ min: 1, max: 300 }), (values, cut) => {
      for (const [make, ratio] of [
        [thirder, 1 / 3],
        [tripler, 3],
      ] as const) {
        const samples = Int16Array.from(values.slice(0, values.length - (values.length % 3)))
        const at = Math.min(cut * 3, samples.length)
        const whole = make().process(samples, new Int16Array(Math.round(samples.length * ratio)))
        const piecewise = make()
        const first = piecewise.process(samples.subarray(0, at), new Int16Array(Math.round(at * ratio)))
        const rest = piecewise.process(
          samples.subarray(at),
          new Int16Array(Math.round((samples.length - at) * ratio)),
        )
        assert.deepEqual([...first, ...rest], [...whole])
      }
    }),
    { numRuns: 50 },
  )
})

test('thirder() leaves out what is not three, and both return what they wrote', () => {
  assert.equal(thirder().process(new Int16Array(8), new Int16Array(8)).length, 2)
  assert.equal(tripler().process(new Int16Array(3), new Int16Array(12)).length, 9)
})
