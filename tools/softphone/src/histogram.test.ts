import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { histogram } from './histogram.ts'

test('histogram() gives percentiles to within a bucket of the exact ones', () => {
  const values = fc.array(fc.double({ min: 0, max: 99, noNaN: true }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95, 0.99, 1), (given, share) => {
      const counted = histogram(0.5, 100)
      for (const value of given) counted.add(value)
      const exact = given.toSorted((a, b) => a - b)[Math.ceil(given.length * share) - 1] ?? 0
      assert.ok(Math.abs(counted.percentile(share) - exact) <= 0.5)
    }),
  )
})

test('histogram() keeps the exact maximum beyond its limit', () => {
  const counted = histogram(1, 10)
  counted.add(3)
  counted.add(250)
  assert.equal(counted.maxMs, 250)
  assert.equal(counted.count, 2)
  assert.equal(counted.percentile(0.5), 4)
})

test('histogram() has no percentile of nothing', () => {
  assert.equal(histogram(1, 10).percentile(0.99), 0)
})
