import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silenceWatch } from './silence-watch.ts'

test('silenceWatch() tells a silence once', () => {
  const watch = silenceWatch(1_000, 0)
  assert.equal(watch.check(999), undefined)
  assert.equal(watch.check(1_000), 1_000)
  assert.equal(watch.check(2_000), undefined)
})

test('silenceWatch() starts over with each packet', () => {
  const watch = silenceWatch(1_000, 0)
  watch.heard(900)
  assert.equal(watch.check(1_800), undefined)
  assert.equal(watch.check(1_900), 1_000)
  watch.heard(2_000)
  assert.equal(watch.check(3_000), 1_000)
})

test('interop 14: silenceWatch() is still while parked, and counts from the end of it', () => {
  const watch = silenceWatch(1_000, 0)
  watch.park(true, 100)
  assert.equal(watch.check(60_000), undefined)
  watch.park(false, 60_000)
  assert.equal(watch.check(60_999), undefined)
  assert.equal(watch.check(61_000), 1_000)
})
