import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { matchSpeech } from './speech-match.ts'

/** Bursts of noise, the same for the same seed. */
function speech(seconds: number, seed: number): Int16Array {
  let state = seed
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5
  let level = 0
  return Int16Array.from({ length: seconds * 8_000 }, (_, i) => {
    if (i % 800 === 0) level = Math.max(0, random()) * 20_000
    return level * random()
  })
}

function delayed(samples: Int16Array, by: number, total: number): Int16Array {
  const out = new Int16Array(total)
  out.set(samples, by)
  return out
}

const companded = (samples: Int16Array): Int16Array =>
  decodeUlaw(encodeUlaw(samples, new Uint8Array(samples.length)), new Int16Array(samples.length))

test('matchSpeech() finds the same speech at any delay, through µ-law and at another volume', () => {
  const spoken = speech(3, 1)
  const quieter = companded(spoken).map((sample) => sample / 2)
  const { lagSamples, correlation, slips } = matchSpeech(spoken, delayed(quieter, 3_217, 40_000))
  assert.equal(lagSamples, 3_217)
  assert.equal(slips, 0)
  assert.ok(correlation > 0.995, `${correlation}`)
})

test('matchSpeech() follows speech that jumps in time, and counts the jumps', () => {
  const spoken = speech(5, 6)
  const jumping = new Int16Array(50_000)
  jumping.set(spoken.subarray(0, 15_000), 700)
  jumping.set(spoken.subarray(15_000, 30_000), 15_000 + 700 + 800)
  jumping.set(spoken.subarray(30_000), 30_000 + 700 + 640)
  const { lagSamples, correlation, slips } = matchSpeech(spoken, jumping)
  assert.equal(lagSamples, 700)
  assert.equal(slips, 2)
  assert.ok(correlation > 0.9, `${correlation}`)
})

test('matchSpeech() counts what is missing', () => {
  const spoken = speech(4, 2)
  const half = spoken.slice()
  half.fill(0, 16_000)
  const { correlation } = matchSpeech(spoken, half)
  assert.ok(correlation > 0.4 && correlation < 0.9, `${correlation}`)
})

test('matchSpeech() does not take another voice for this one', () => {
  const { correlation } = matchSpeech(speech(3, 3), speech(4, 4))
  assert.ok(correlation < 0.2, `${correlation}`)
})

test('matchSpeech() says nothing about silence', () => {
  assert.equal(matchSpeech(speech(1, 5), new Int16Array(16_000)).correlation, 0)
  assert.equal(matchSpeech(speech(1, 5), new Int16Array(0)).correlation, 0)
})
