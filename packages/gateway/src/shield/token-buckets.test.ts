import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { tokenBuckets } from './token-buckets.ts'

const once = { perSecond: 1, burst: 1 }
const plenty = { perSecond: 1_000, burst: 1_000 }

test('tokenBuckets() lets a burst through, then its rate', () => {
  const clock = fakeClock()
  const buckets = tokenBuckets({
    perSource: { perSecond: 2, burst: 3 },
    global: plenty,
    clock,
    maxSources: 10,
  })
  const takes = () => Array.from({ length: 5 }, () => buckets.take('a'))
  assert.deepEqual(takes(), ['ok', 'ok', 'ok', 'source', 'source'])
  clock.advance(1_000)
  assert.deepEqual(takes(), ['ok', 'ok', 'source', 'source', 'source'])
})

test('tokenBuckets() keeps sources apart', () => {
  const buckets = tokenBuckets({ perSource: once, global: plenty, clock: fakeClock(), maxSources: 10 })
  assert.equal(buckets.take('a'), 'ok')
  assert.equal(buckets.take('a'), 'source')
  assert.equal(buckets.take('b'), 'ok')
})

test('tokenBuckets() limits all sources together', () => {
  const buckets = tokenBuckets({ perSource: plenty, global: once, clock: fakeClock(), maxSources: 10 })
  assert.equal(buckets.take('a'), 'ok')
  assert.equal(buckets.take('b'), 'global')
})

test('tokenBuckets() takes nothing of the common bucket for a source that is over its own limit', () => {
  const buckets = tokenBuckets({
    perSource: once,
    global: { perSecond: 0, burst: 2 },
    clock: fakeClock(),
    maxSources: 10,
  })
  for (const _ of Array.from({ length: 50 })) buckets.take('a')
  assert.equal(buckets.take('b'), 'ok')
})

test('tokenBuckets() remembers no more sources than it may', () => {
  const buckets = tokenBuckets({ perSource: once, global: plenty, clock: fakeClock(), maxSources: 100 })
  for (let source = 0; source < 1_000; source++) buckets.take(`source ${source}`)
  assert.equal(buckets.sources, 100)
})
