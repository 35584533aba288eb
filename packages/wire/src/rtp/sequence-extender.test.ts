import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sequenceExtender, timestampExtender } from './sequence-extender.ts'

test('sequenceExtender() counts on over wraps and places late packets before them', () => {
  const extend = sequenceExtender()
  assert.deepEqual(
    [65_534, 65_535, 1, 0, 65_533, 2].map(extend),
    [65_534, 65_535, 65_537, 65_536, 65_533, 65_538],
  )
})

test('sequenceExtender() follows any walk of steps below half the circle', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 0x7fff }), { maxLength: 50 }), (steps) => {
      const extend = sequenceExtender()
      let at = 500
      assert.equal(extend(at), at)
      for (const step of steps) {
        at += step
        assert.equal(extend(at & 0xffff), at)
      }
    }),
  )
})

test('timestampExtender() follows any walk of steps below half the circle', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 0x7fffffff }), { maxLength: 50 }), (steps) => {
      const extend = timestampExtender()
      let at = 0xfffffff0
      assert.equal(extend(at), at)
      for (const step of steps) {
        at += step
        assert.equal(extend(at % 2 ** 32), at)
      }
    }),
  )
})
