import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { allKeys } from './test-tones.ts'
import { toneDetector } from './tone-detector.ts'
import { keyTone } from './tone-generator.ts'

const silence = (samples: number) => new Uint8Array(samples).fill(0xff)

function keysIn(...parts: readonly Uint8Array[]): string {
  let keys = ''
  const detector = toneDetector({ digit: ({ digit }) => (keys += digit) })
  const ulaw = Buffer.concat([silence(800), ...parts, silence(800)])
  for (let at = 0; at < ulaw.length; at += 160) detector.push(ulaw.subarray(at, at + 160), at)
  return keys
}

test('keyTone() makes what a detector hears as that key, for each key', () => {
  for (const key of allKeys) assert.equal(keysIn(keyTone(key, 800) ?? silence(0)), key)
})

test('keyTone() makes keys that are told apart with as much silence between', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Array.from(allKeys)), { minLength: 1, maxLength: 8 }), (keys) => {
      const parts = keys.flatMap((key) => [keyTone(key, 800) ?? silence(0), silence(800)])
      assert.equal(keysIn(...parts), keys.join(''))
    }),
    { numRuns: 15 },
  )
})

test('keyTone() makes nothing of what is no key', () => {
  for (const other of ['', 'E', 'w', '12', '٣']) assert.equal(keyTone(other, 800), undefined)
})
