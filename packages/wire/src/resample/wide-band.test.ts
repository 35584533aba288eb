import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { bandJoiner, bandSplitter, halver } from './index.ts'
import { threeToTwo, twoToThree } from './rational.ts'

const peak = 16_000
const tone = (hz: number, rateHz: number, samples: number) =>
  Int16Array.from({ length: samples }, (_, i) => Math.round(peak * Math.sin((2 * Math.PI * hz * i) / rateHz)))

/** Of one frequency, against a tone as loud as those that go in, in dB. */
function levelDb(samples: Int16Array, hz: number, rateHz: number): number {
  let [re, im] = [0, 0]
  const steady = samples.subarray(200)
  steady.forEach((sample, i) => {
    const window = 1 - Math.cos((2 * Math.PI * i) / steady.length)
    re += window * sample * Math.cos((2 * Math.PI * hz * i) / rateHz)
    im += window * sample * Math.sin((2 * Math.PI * hz * i) / rateHz)
  })
  return 20 * Math.log10((2 * Math.hypot(re, im)) / steady.length / peak + 1e-9)
}

const frames = (samples: Int16Array, length: number) =>
  Array.from({ length: Math.floor(samples.length / length) }, (_, i) =>
    samples.subarray(i * length, (i + 1) * length),
  )

describe('rates of two to three', () => {
  test('twoToThree() and threeToTwo() keep what is up to 6.8 kHz', () => {
    for (const hz of [50, 1_000, 4_000, 5_000, 6_000, 6_800]) {
      const up = twoToThree().process(tone(hz, 16_000, 3_200), new Int16Array(4_800))
      const down = threeToTwo().process(tone(hz, 24_000, 4_800), new Int16Array(3_200))
      for (const [samples, rateHz] of [
        [up, 24_000],
        [down, 16_000],
      ] as const)
        assert.ok(Math.abs(levelDb(samples, hz, rateHz)) < 0.2, `${hz} Hz at ${rateHz}`)
    }
  })

  test('twoToThree() adds no images, and threeToTwo() takes out what would fold back', () => {
    for (const hz of [1_000, 5_000, 6_800]) {
      const up = twoToThree().process(tone(hz, 16_000, 3_200), new Int16Array(4_800))
      assert.ok(levelDb(up, 16_000 - hz, 24_000) < -60, `${hz} Hz`)
    }
    for (const hz of [9_200, 10_000, 11_900]) {
      const down = threeToTwo().process(tone(hz, 24_000, 4_800), new Int16Array(3_200))
      assert.ok(levelDb(down, 16_000 - hz, 16_000) < -60, `${hz} Hz`)
    }
  })

  test('twoToThree() and threeToTwo() make the same of a whole as of its pieces, and never overflow', () => {
    const anySamples = fc.array(fc.constantFrom(-32_768, 32_767, 0, 5), { minLength: 6, maxLength: 1_200 })
    fc.assert(
      fc.property(anySamples, fc.integer({ min: 1, max: 200 }), (values, cut) => {
        for (const [make, ratio] of [
          [twoToThree, 3 / 2],
          [threeToTwo, 2 / 3],
        ] as const) {
          const samples = Int16Array.from(values.slice(0, values.length - (values.length % 6)))
          const at = Math.min(cut * 6, samples.length)
          const room = (length: number) => new Int16Array(Math.round(length * ratio))
          const whole = make().process(samples, room(samples.length))
          const pieces = make()
          const first = pieces.process(samples.subarray(0, at), room(at))
          const rest = pieces.process(samples.subarray(at), room(samples.length - at))
          assert.deepEqual([...first, ...rest], [...whole])
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('a band and the wider one', () => {
  for (const rateHz of [16_000, 24_000] as const) {
    const ratio = rateHz / 8_000

    test(`bandSplitter() keeps 5 kHz of ${rateHz} in what is wide, lets none of 6 kHz into what is narrow, and delays both alike`, () => {
      for (const hz of [1_000, 5_000, 6_000]) {
        const [narrow, wide] = [new Int16Array(1_600), new Int16Array(3_200)]
        bandSplitter(rateHz).process(tone(hz, rateHz, 1_600 * ratio), narrow, wide)
        assert.ok(Math.abs(levelDb(wide, hz, 16_000)) < 0.2)
        if (hz > 4_000) assert.ok(levelDb(narrow, 8_000 - hz, 8_000) < -60)
        else {
          const late = halver().process(wide, new Int16Array(1_600)) // 16 samples later than `narrow`
          const off = narrow.subarray(100, 1_500).map((sample, i) => sample - (late[116 + i] ?? 0))
          assert.ok(Math.max(...off.map(Math.abs)) < 40)
        }
      }
    })

    test(`bandJoiner() makes ${rateHz} of what is wide, and of what is narrow where there is nothing else`, () => {
      const joined = (hz: number, isWide: boolean) => {
        const join = bandJoiner(rateHz)
        const narrow = hz < 4_000 ? tone(hz, 8_000, 1_600) : new Int16Array(1_600)
        const wides = frames(tone(hz, 16_000, 3_200), 320)
        const parts = frames(narrow, 160).map((part, i) => [
          ...join.process(part, isWide ? wides[i] : undefined, new Int16Array(160 * ratio)),
        ])
        return Int16Array.from(parts.flat())
      }
      for (const hz of [1_000, 5_000, 6_000])
        assert.ok(Math.abs(levelDb(joined(hz, true), hz, rateHz)) < 0.2, `${hz} Hz`)
      assert.ok(Math.abs(levelDb(joined(1_000, false), 1_000, rateHz)) < 0.2)
      assert.ok(levelDb(joined(5_000, false), 5_000, rateHz) < -60)
    })

    test(`bandJoiner() goes from one to the other at ${rateHz} without a click`, () => {
      for (const hz of [1_000, 1_130, 2_700]) {
        const join = bandJoiner(rateHz)
        const narrows = frames(tone(hz, 8_000, 4_800), 160)
        const wides = frames(tone(hz, 16_000, 9_600), 320)
        const out = Int16Array.from(
          narrows.flatMap((part, i) => {
            const isWide = i % 5 === 2 || i % 5 === 3 || i % 7 === 0
            return [...join.process(part, isWide ? wides[i] : undefined, new Int16Array(160 * ratio))]
          }),
        )
        const late = 0.002 * rateHz
        let most = 0
        for (let i = 400; i < out.length; i += 1) {
          const wanted = peak * Math.sin((2 * Math.PI * hz * (i - late)) / rateHz)
          most = Math.max(most, Math.abs((out[i] ?? 0) - wanted))
        }
        assert.ok(20 * Math.log10(most / peak) < -50, `${hz} Hz: off by ${most}`)
      }
    })
  }

  test('bandJoiner() takes what is not as long as the narrow part, or too short to fade, for none', () => {
    for (const [length, wide] of [
      [160, 300],
      [24, 48],
    ] as const) {
      const given = new Int16Array(wide).fill(20_000)
      const out = bandJoiner(16_000).process(new Int16Array(length), given, new Int16Array(2 * length))
      assert.ok(out.every((sample) => sample === 0))
    }
  })

  test('bandJoiner() says nothing of a wide stretch beyond 1 ms of what follows it', () => {
    for (const rateHz of [16_000, 24_000] as const) {
      const join = bandJoiner(rateHz)
      const out = () => new Int16Array((160 * rateHz) / 8_000)
      for (const part of frames(tone(6_000, 16_000, 1_600), 320))
        join.process(new Int16Array(160), part, out())
      const after = join.process(new Int16Array(160), undefined, out())
      assert.ok(after.subarray(rateHz / 1_000).every((sample) => sample === 0))
    }
  })
})
