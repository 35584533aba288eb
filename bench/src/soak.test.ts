import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trendsOf } from './soak.ts'

test('trendsOf() leaves out the first tenth, in which a process warms up', () => {
  const samples = Array.from({ length: 20 }, (_, index) => ({
    rssMb: index < 2 ? 0 : 100,
    descriptors: index,
  }))
  const trends = trendsOf(samples, 60_000)
  assert.deepEqual(trends['rssMb'], { first: 100, last: 100, max: 100, perHour: 0 })
  assert.equal(trends['descriptors']?.perHour, 60)
})
