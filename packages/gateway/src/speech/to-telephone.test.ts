import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { toTelephone } from './to-telephone.ts'

const tone = (hz: number, rate: number, seconds: number) =>
  Int16Array.from({ length: rate * seconds }, (_, at) => 10_000 * Math.sin((2 * Math.PI * hz * at) / rate))

function convert(samples: Int16Array, rate: number, pieceLength = samples.length): Int16Array {
  const to = toTelephone(rate)
  const out: number[] = []
  for (let at = 0; at < samples.length; at += pieceLength)
    out.push(...to.process(samples.subarray(at, at + pieceLength)))
  out.push(...to.flush())
  return Int16Array.from(out)
}

const rms = (samples: Int16Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)

test('toTelephone() keeps a tone that a telephone carries, in place and as loud', () => {
  for (const rate of [11_025, 16_000, 22_050, 24_000, 44_100, 48_000]) {
    const out = convert(tone(1_000, rate, 0.5), rate)
    assert.equal(out.length, 4_000, `${rate}`)
    const expected = tone(1_000, 8_000, 0.5)
    const error = out.map((sample, at) => sample - (expected[at] ?? 0)).subarray(200, 3_800)
    assert.ok(rms(error) < 40, `${rate}: ${rms(error)}`)
  }
})

test('toTelephone() lets nothing fold back that a telephone does not carry', () => {
  for (const rate of [16_000, 22_050, 24_000, 48_000]) {
    const out = convert(tone(5_000, rate, 0.5), rate).subarray(200, 3_800)
    assert.ok(rms(out) < 10, `${rate}: ${rms(out)}`)
  }
})

test('toTelephone() makes the same of a signal however it is cut', () => {
  const samples = tone(700, 22_050, 0.1)
  const whole = convert(samples, 22_050)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), (length) => {
      assert.deepEqual(convert(samples, 22_050, length), whole)
    }),
    { numRuns: 15 },
  )
})

test('toTelephone() leaves 8 kHz as it is', () => {
  assert.deepEqual(convert(Int16Array.of(1, -2, 3), 8_000), Int16Array.of(1, -2, 3))
})
