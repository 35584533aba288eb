import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrivalGaps } from './arrival-gaps.ts'

test('arrivalGaps() counts the time between two messages of one call, and not between calls', () => {
  const gaps = arrivalGaps()
  const [one, other] = [gaps.call(), gaps.call()]
  for (let frame = 0; frame <= 100; frame++) {
    one(frame * 20)
    other(frame * 20 + 7)
  }
  assert.deepEqual(gaps.take(), { count: 200, p50Ms: 20, p99Ms: 20, maxMs: 20 })
})

test('arrivalGaps() has a percentile that a rare gap does not move, and a maximum that it does', () => {
  const gaps = arrivalGaps()
  const call = gaps.call()
  let atMs = 0
  call(atMs)
  for (let frame = 1; frame <= 1_000; frame++) call((atMs += frame % 50 === 0 ? 75 : 20))
  assert.deepEqual(gaps.take(), { count: 1_000, p50Ms: 20.5, p99Ms: 75, maxMs: 75 })
  for (let frame = 1; frame <= 1_000; frame++) call((atMs += frame % 200 === 0 ? 75 : 20))
  assert.deepEqual(gaps.take(), { count: 1_000, p50Ms: 20.5, p99Ms: 20.5, maxMs: 75 })
})

test('arrivalGaps() begins anew when it was asked, and takes what is longer than it counts for the longest', () => {
  const gaps = arrivalGaps()
  const call = gaps.call()
  call(0)
  call(9_000)
  assert.deepEqual(gaps.take(), { count: 1, p50Ms: 2_000.5, p99Ms: 2_000.5, maxMs: 9_000 })
  assert.deepEqual(gaps.take(), { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 })
  call(9_020)
  assert.equal(gaps.take().maxMs, 20)
})
