import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delayHistogram } from './delay-histogram.ts'

test('delayHistogram() is zero without any delay', () => {
  assert.equal(delayHistogram().percentile(0.99), 0)
})

test('delayHistogram() gives percentiles in whole milliseconds', () => {
  const delays = delayHistogram()
  for (let ms = 1; ms <= 100; ms += 1) delays.record(ms + 0.7, 0)
  assert.equal(delays.percentile(0.5), 50)
  assert.equal(delays.percentile(0.99), 99)
  assert.equal(delays.percentile(1), 100)
})

test('delayHistogram() forgets what is older than two minutes', () => {
  const delays = delayHistogram()
  delays.record(200, 0)
  delays.record(1, 60_000)
  assert.equal(delays.percentile(1), 200)
  delays.record(1, 120_000)
  assert.equal(delays.percentile(1), 1)
})

test('delayHistogram() counts a very long delay as its longest', () => {
  const delays = delayHistogram()
  delays.record(1e9, 0)
  assert.equal(delays.percentile(1), 255)
})
