import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { estimateIndex, rolloverCandidates } from './rollover.ts'

test('estimateIndex() finds any index within half the sequence space of the highest', () => {
  const index = fc.integer({ min: 0x8000, max: 2 ** 48 - 0x10000 })
  const step = fc.integer({ min: -0x8000, max: 0x7fff })
  fc.assert(
    fc.property(index, step, (highest, by) => {
      assert.equal(estimateIndex(highest, (highest + by) % 0x10000), highest + by)
    }),
  )
})

test('estimateIndex() goes negative for a packet from before the first rollover counter', () => {
  assert.equal(estimateIndex(3, 0xffff), -1)
})

test('interop 4: rolloverCandidates() tries the kept counter, then 0, then its neighbours', () => {
  assert.deepEqual(rolloverCandidates(5, 100), [5, 0, 6, 4])
  assert.deepEqual(rolloverCandidates(1, 100), [1, 0, 2])
  assert.deepEqual(rolloverCandidates(0xffffffff, 100), [0xffffffff, 0, 0xfffffffe])
})

test('rolloverCandidates() tries 0, and 1 when the wrap may have been missed', () => {
  assert.deepEqual(rolloverCandidates(0, 0x7fff), [0, 1])
  assert.deepEqual(rolloverCandidates(0, 0x8000), [0])
})
