import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fakeClock } from '#kernel'
import { byteBrake } from './byte-brake.ts'

test('byteBrake() lets a burst through, then says for how long not to read', () => {
  const clock = fakeClock()
  const brake = byteBrake({ perSecond: 1_000, burst: 500 }, clock)
  assert.deepEqual([brake.take(500), brake.take(250)], [0, 250])
  clock.advance(250)
  assert.equal(brake.take(1), 1)
  clock.advance(10_000)
  assert.equal(brake.take(500), 0)
})

test('byteBrake() holds whoever heeds it to the rate, whatever the chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 50 }), (chunks) => {
      const clock = fakeClock()
      const brake = byteBrake({ perSecond: 1_000, burst: 500 }, clock)
      for (const bytes of chunks) clock.advance(brake.take(bytes))
      const sum = chunks.reduce((total, bytes) => total + bytes, 0)
      assert.ok(clock.monotonicMs() >= sum - 500)
    }),
  )
})
