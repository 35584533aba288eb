import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { doubler, halver } from './index.ts'

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

test('halver() keeps what 8 kHz can carry of speech', () => {
  for (const hz of [50, 300, 1_000, 2_000, 3_000, 3_400]) {
    const out = halver().process(tone(hz, 16_000, 16_000), new Int16Array(8_000))
    assert.ok(Math.abs(levelDb(out)) < 0.1, `${hz} Hz: ${levelDb(out)} dB`)
  }
})

test('halver() lets nothing through that would come back as another tone', () => {
  for (const hz of [4_600, 5_000, 6_000, 7_000, 7_900]) {
    const out = halver().process(tone(hz, 16_000, 16_000), new Int16Array(8_000))
    assert.ok(levelDb(out) < -65, `${hz} Hz: ${levelDb(out)} dB`)
  }
})

test('doubler() keeps a tone as it is, without its mirror image above 4 kHz', () => {
  for (const hz of [50, 300, 1_000, 2_000, 3_000, 3_400]) {
    const out = doubler().process(tone(hz, 8_000, 8_000), new Int16Array(16_000))
    // 32 samples at 16 kHz later it is the tone: what differs is image and rounding.
    const delayed = Float64Array.from(out, (sample, i) => {
      return sample - 16_000 * Math.sin((2 * Math.PI * hz * (i - 32)) / 16_000)
    }).subarray(100)
    const noise = delayed.reduce((sum, each) => sum + each ** 2, 0) / delayed.length
    const ratio = 10 * Math.log10(16_000 ** 2 / 2 / noise)
    assert.ok(ratio > 55, `${hz} Hz: ${ratio} dB`)
  }
})

test('halver() undoes doubler() but for their delay', () => {
  const said = tone(1_234, 8_000, 8_000)
  const heard = halver().process(doubler().process(said, new Int16Array(16_000)), new Int16Array(8_000))
  const delay = 32 // of both, at 8 kHz
  let most = 0
  for (let i = 100; i + delay < 8_000; i += 1) {
    most = Math.max(most, Math.abs((heard[i + delay] ?? 0) - (said[i] ?? 0)))
  }
  assert.ok(most <= 20, `off by ${most}`)
})

test('halver() and doubler() do the same in pieces as at once, and clip what is too loud', () => {
  const anySamples = fc.array(fc.constantFrom(-32_768, 32_767, 0, 5), { minLength: 2, maxLength: 1_000 })
  fc.assert(
    fc.property(anySamples, fc.integer({ min: 1, max: 400 }), (values, cut) => {
      for (const [make, ratio] of [
        [halver, 0.5],
        [doubler, 2],
      ] as const) {
        const samples = Int16Array.from(values.slice(0, values.length & ~1))
        const at = Math.min(cut * 2, samples.length)
        const whole = make().process(samples, new Int16Array(samples.length * ratio))
        const piecewise = make()
        const first = piecewise.process(samples.subarray(0, at), new Int16Array(at * ratio))
        const rest = piecewise.process(samples.subarray(at), new Int16Array((samples.length - at) * ratio))
        assert.deepEqual([...first, ...rest], [...whole])
      }
    }),
    { numRuns: 50 },
  )
})

test('halver() leaves an odd last sample out, and returns the part of a longer out that it wrote', () => {
  assert.equal(halver().process(new Int16Array(5), new Int16Array(8)).length, 2)
  assert.equal(doubler().process(new Int16Array(3), new Int16Array(8)).length, 6)
})
