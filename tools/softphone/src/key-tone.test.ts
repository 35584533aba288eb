import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toneDetector } from '@voxkeep/wire/dtmf'
import { keyTone } from './key-tone.ts'

test('keyTone() plays every key so that a detector knows it', () => {
  for (const digit of '0123456789*#ABCD') {
    const found: string[] = []
    const detector = toneDetector({ digit: (tone) => void found.push(tone.digit) })
    const tone = keyTone(digit, 100)
    assert.equal(tone.length, 800)
    detector.pushLinear(tone, 0)
    detector.pushLinear(new Int16Array(1_600), 800)
    assert.deepEqual(found, [digit])
  }
})
