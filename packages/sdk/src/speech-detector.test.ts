import assert from 'node:assert/strict'
import { test } from 'node:test'
import { speechDetector } from './speech-detector.ts'

const rate = 8_000
const frame = (amplitude: number) =>
  Int16Array.from({ length: 160 }, (_, index) => Math.round(amplitude * Math.sin(index)))

/** What it says over frames of 20 ms of these amplitudes, as `at ms: word`. */
function said(amplitudes: readonly (readonly [amplitude: number, ms: number])[]): string[] {
  const detect = speechDetector(rate)
  const words: string[] = []
  let atMs = 0
  for (const [amplitude, ms] of amplitudes)
    for (const until = atMs + ms; atMs < until;) {
      const word = detect(frame(amplitude))
      atMs += 20
      if (word !== undefined) words.push(`${atMs}: ${word}`)
    }
  return words
}

test('speechDetector() says that speech started after the onset, and stopped after the hangover', () => {
  assert.deepEqual(
    said([
      [10, 500],
      [6_000, 1_000],
      [10, 1_000],
    ]),
    ['620: started', '2000: stopped'],
  )
})

test('speechDetector() takes no notice of a click, nor of a pause between words', () => {
  assert.deepEqual(
    said([
      [10, 500],
      [9_000, 60],
      [10, 500],
    ]),
    [],
  )
  assert.deepEqual(
    said([
      [10, 200],
      [6_000, 400],
      [10, 300],
      [6_000, 400],
    ]),
    ['320: started'],
  )
})

test('speechDetector() learns the noise of the room', () => {
  assert.deepEqual(
    said([
      [250, 20_000],
      [330, 1_000],
      [6_000, 400],
    ]),
    ['21120: started'],
  )
})

test('speechDetector() says nothing of nothing', () => {
  assert.equal(speechDetector(rate)(new Int16Array(0)), undefined)
})
