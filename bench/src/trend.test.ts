import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trend } from './trend.ts'

test('trend() tells how much a value grows in an hour', () => {
  assert.deepEqual(trend([10, 12, 14, 16], 60_000), { first: 10, last: 16, max: 16, perHour: 120 })
})

test('trend() finds none in what goes up and down', () => {
  assert.equal(trend([5, 9, 5, 9, 5], 60_000).perHour, 0)
})

test('trend() of one sample, or none, is flat', () => {
  assert.equal(trend([7], 60_000).perHour, 0)
  assert.deepEqual(trend([], 60_000), { first: 0, last: 0, max: 0, perHour: 0 })
})
