import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyPresses, talkMs } from './call-plan.ts'

test('keyPresses() presses one key each half second', () => {
  assert.deepEqual(keyPresses('1#a'), [
    { digit: '1', atMs: 1_000 },
    { digit: '#', atMs: 1_500 },
    { digit: 'A', atMs: 2_000 },
  ])
  assert.deepEqual(keyPresses(''), [])
  assert.throws(() => keyPresses('1x'), /not "X"/)
})

test('talkMs() lasts until everything is said and pressed, or as long as asked', () => {
  assert.equal(talkMs(undefined, 24_000, []), 4_000)
  assert.equal(talkMs(undefined, 8_000, keyPresses('12345')), 4_500)
  assert.equal(talkMs('2.5', 24_000, keyPresses('12345')), 2_500)
  for (const wrong of ['0', '-1', 'soon']) assert.throws(() => talkMs(wrong, 0, []), /--seconds/)
})
