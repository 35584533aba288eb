import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { estimateIndex, firstIndices } from './rollover.ts'

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

const at = (roc: number, sequence = 100) => roc * 0x10000 + sequence

test('interop 4: firstIndices() tries the kept counter, then 0, then its neighbours', () => {
  assert.deepEqual(firstIndices('auto', 100, at(5, 90), at(5, 90)), [at(5), at(0), at(6), at(4)])
  assert.deepEqual(firstIndices('auto', 100, at(1, 90), at(1, 90)), [at(1), at(0), at(2)])
})

test('interop 4: firstIndices() takes the nearest index for the kept one, so that a wrap in between is none', () => {
  assert.deepEqual(firstIndices('keep', 3, at(5, 0xfff0), at(5, 0xfff0)), [at(6, 3)])
  assert.deepEqual(firstIndices('keep', 0xfff0, at(5, 3), at(5, 3)), [at(4, 0xfff0)])
})

test('interop 4: firstIndices() tries 0 alone for a peer that resets, and for a new SSRC where counters are kept', () => {
  assert.deepEqual(firstIndices('reset', 0x9000, at(5, 90), at(5, 90)), [at(0, 0x9000)])
  assert.deepEqual(firstIndices('keep', 0x9000, -1, at(5, 90)), [at(0, 0x9000)])
})

test('firstIndices() tries 0, and 1 when the wrap may have been missed', () => {
  for (const policy of ['auto', 'keep', 'reset'] as const) {
    assert.deepEqual(firstIndices(policy, 0x7fff, -1, -1), [at(0, 0x7fff), at(1, 0x7fff)])
  }
  assert.deepEqual(firstIndices('keep', 0x8000, -1, -1), [at(0, 0x8000)])
})

test('firstIndices() never leaves the 48 bits of an index, whatever came before', () => {
  const index = fc.integer({ min: -1, max: 2 ** 48 - 1 })
  const policy = fc.constantFrom('auto' as const, 'keep' as const, 'reset' as const)
  fc.assert(
    fc.property(policy, fc.nat(0xffff), index, index, (which, sequence, before, furthest) => {
      const tried = firstIndices(which, sequence, before, Math.max(before, furthest))
      assert.ok(tried.length <= 5)
      assert.ok(tried.every((one) => one % 0x10000 === sequence))
      assert.ok(tried.every((one) => one >= 0 && one < 2 ** 48))
    }),
  )
})
