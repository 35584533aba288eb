import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { alawToUlaw, ulawToAlaw } from '@voxkeep/wire/g711'
import {
  allKeys,
  heard,
  joined,
  keysOf,
  noisy,
  pauseOf,
  random,
  toneOf,
  toPcm,
  toUlaw,
  type KeyTone,
} from './test-tones.ts'
import { toneDetector } from './tone-detector.ts'

// In the manner of the Mitel CM7291 test tape, side 1, with the limits of ITU-T Q.24; all of it is synthesised.

/** The keys of sixteen, of which the detector finds each once, wherever it begins. */
function found(make: (digit: string) => Float64Array, keys = allKeys): string {
  const next = random(11)
  return keys
    .split('')
    .filter((digit) => keysOf(joined(pauseOf(30 + 20 * next()), make(digit), pauseOf(60))) === digit)
    .join('')
}
const one = (more: Partial<KeyTone>) => (digit: string) => toneOf({ digit, ms: 50, ...more })

test('toneDetector() hears all sixteen keys, ten times over', () => {
  for (let round = 0; round < 10; round += 1) assert.equal(found(one({})), allKeys)
})

test('toneDetector() says where a key began and ended, to 8 ms', () => {
  const [key, ...more] = heard(joined(pauseOf(100), toneOf({ digit: '7', ms: 80 }), pauseOf(50)))
  assert.equal(more.length, 0)
  assert.ok(Math.abs((key?.fromSamples ?? 0) - 800) <= 64, `${key?.fromSamples}`)
  assert.ok(Math.abs((key?.toSamples ?? 0) - 1_440) <= 64, `${key?.toSamples}`)
})

test('toneDetector() accepts 1.5 % and 2 Hz beside a frequency and refuses 3.5 %, either tone, either way', () => {
  for (const sign of [1, -1]) {
    assert.equal(found(one({ rowOff: sign * 0.018 })), allKeys)
    assert.equal(found(one({ columnOff: sign * 0.018 })), allKeys)
    assert.equal(found(one({ rowOff: sign * 0.015, columnOff: -sign * 0.015 })), allKeys)
    for (const off of [0.035, 0.04, 0.05]) {
      assert.equal(found(one({ rowOff: sign * off })), '', `row ${sign * off}`)
      assert.equal(found(one({ columnOff: sign * off })), '', `column ${sign * off}`)
    }
  }
})

test('toneDetector() accepts an upper tone from 4 dB above to 8 dB below the lower one', () => {
  for (const twistDb of [4, 2, -2, -4, -6, -8])
    assert.equal(found(one({ twistDb })), allKeys, `${twistDb} dB`)
  for (const twistDb of [12, -14]) assert.equal(found(one({ twistDb })), '', `${twistDb} dB`)
})

test('toneDetector() accepts levels from 0 to −25 dBm0, a range of 35 dB, and refuses −55', () => {
  for (const dbm0 of [0, -3, -10, -20, -25, -30, -35])
    assert.equal(found(one({ dbm0, ms: 40 })), allKeys, `${dbm0} dBm0`)
  for (const dbm0 of [-45, -55]) assert.equal(found(one({ dbm0 })), '', `${dbm0} dBm0`)
})

test('toneDetector() accepts 40 ms and refuses 23', () => {
  for (let ms = 40; ms <= 60; ms += 2) assert.equal(found(one({ ms })), allKeys, `${ms} ms`)
  for (const ms of [10, 15, 20, 23]) assert.equal(found(one({ ms })), '', `${ms} ms`)
})

test('toneDetector() parts two presses by a pause of 40 ms, and bridges a dropout of 10', () => {
  const twice = (ms: number) =>
    allKeys
      .split('')
      .map((digit) =>
        keysOf(joined(pauseOf(31), toneOf({ digit, ms: 50 }), pauseOf(ms), toneOf({ digit, ms: 50 }))),
      )
  for (const ms of [40, 45, 50])
    assert.deepEqual(
      twice(ms),
      allKeys.split('').map((digit) => digit + digit),
    )
  for (const ms of [2, 5, 10]) assert.deepEqual(twice(ms), allKeys.split(''))
})

test('toneDetector() follows keys that come as fast as Q.24 lets them', () => {
  const dialled = '4929123456789017#'
  const audio = joined(...dialled.split('').flatMap((digit) => [toneOf({ digit, ms: 50 }), pauseOf(43)]))
  assert.equal(keysOf(joined(pauseOf(100), audio)), dialled)
})

test('toneDetector() hears a thousand of a thousand keys at a signal-to-noise ratio of 20 dB', () => {
  const next = random(3)
  let missed = 0
  for (let round = 0; round < 1_000; round += 1) {
    const tone = joined(pauseOf(20 + 20 * next()), toneOf({ digit: '1', ms: 50 }), pauseOf(43))
    if (keysOf(noisy(tone, -10 + 3 - 20, next)) !== '1') missed += 1
  }
  assert.equal(missed, 0)
})

test('toneDetector() hears keys through A-law', () => {
  const next = random(8)
  for (const digit of allKeys) {
    const ulaw = toUlaw(joined(pauseOf(20 + 20 * next()), toneOf({ digit, ms: 40 }), pauseOf(100)))
    alawToUlaw(ulawToAlaw(ulaw, new Uint8Array(ulaw.length)), ulaw)
    const digits: string[] = []
    toneDetector({ digit: (tone) => digits.push(tone.digit) }).push(ulaw, 0)
    assert.deepEqual(digits, [digit])
  }
})

test('toneDetector() hears one key through a loss of two packets, and two around a loss that is longer', () => {
  const across = (lostMs: number) => {
    const digits: string[] = []
    const detector = toneDetector({ digit: ({ digit }) => digits.push(digit) })
    const ulaw = toUlaw(joined(pauseOf(40), toneOf({ digit: '8', ms: 260 }), pauseOf(100)))
    const [from, to] = [120 * 8, (120 + lostMs) * 8]
    detector.push(ulaw.subarray(0, from), 0)
    detector.push(ulaw.subarray(to), to)
    return digits.join('')
  }
  assert.equal(across(20), '8')
  assert.equal(across(40), '8')
  assert.equal(across(60), '88')
})

test('toneDetector() suspects a tone within 20 ms of its beginning and until its end, also one too short for a key', () => {
  for (const digit of allKeys)
    for (const ms of [15, 23, 40, 100]) {
      const detector = { first: Infinity, toldAt: Infinity, last: 0 }
      let at = 0
      const watch = toneDetector({
        digit: () => {},
        suspect(from, to) {
          detector.toldAt = Math.min(detector.toldAt, at)
          detector.first = Math.min(detector.first, from)
          detector.last = Math.max(detector.last, to)
        },
      })
      const ulaw = toUlaw(joined(pauseOf(100), toneOf({ digit, ms }), pauseOf(100)))
      for (; at < ulaw.length; at += 32) watch.push(ulaw.subarray(at, at + 32), at)
      assert.ok(detector.toldAt + 32 - 800 <= 20 * 8, `${digit} ${ms} ms told at ${detector.toldAt}`)
      assert.ok(detector.first <= 800 + 32 && detector.last >= 800 + ms * 8 - 32, `${digit} ${ms} ms`)
    }
})

test('toneDetector() suspects nothing in silence, noise, a single tone or a dial tone', () => {
  const next = random(5)
  const sine = (hz: number, ms: number) =>
    Float64Array.from({ length: ms * 8 }, (_, i) => 5_000 * Math.sin((2 * Math.PI * hz * i) / 8_000))
  const upper = sine(440, 500)
  const dialTone = sine(350, 500).map((sample, i) => sample + (upper[i] ?? 0))
  for (const audio of [
    pauseOf(500),
    noisy(pauseOf(500), -30, next),
    sine(697, 500),
    sine(1_000, 500),
    dialTone,
  ]) {
    let suspected = 0
    let digits = 0
    const detector = toneDetector({ digit: () => (digits += 1), suspect: () => (suspected += 1) })
    detector.pushLinear(toPcm(audio), 0)
    assert.equal(digits, 0)
    assert.ok(suspected <= 1, `${suspected} windows`)
  }
})

test('toneDetector() survives any audio in pieces of any length, and reports whole presses only', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 }), fc.nat(400), (parts, hole) => {
      let at = 0
      const detector = toneDetector({
        digit: ({ fromSamples, toSamples }) => assert.ok(toSamples > fromSamples && toSamples <= at + 400),
      })
      for (const part of parts) {
        detector.push(part, at)
        at += part.length + (part.length % 3 === 0 ? hole : 0)
      }
    }),
  )
})

test('toneDetector() finds the same keys however its audio is cut', () => {
  const ulaw = toUlaw(
    joined(pauseOf(50), ...'159D'.split('').flatMap((digit) => [toneOf({ digit, ms: 60 }), pauseOf(60)])),
  )
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 20, maxLength: 40 }), (cuts) => {
      const digits: string[] = []
      const detector = toneDetector({ digit: ({ digit }) => digits.push(digit) })
      let at = 0
      for (const cut of [...cuts, ulaw.length]) {
        detector.push(ulaw.subarray(at, at + cut), at)
        at = Math.min(ulaw.length, at + cut)
      }
      assert.deepEqual(digits, '159D'.split(''))
    }),
    { numRuns: 20 },
  )
})
