import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { ticks } from './ticks.ts'

test('ticks() come in time until they are stopped, also by one of them', () => {
  const clock = fakeClock()
  const told: boolean[] = []
  const stop = ticks(clock, 100, (isLate) => {
    told.push(isLate)
    if (told.length === 3) stop()
  })
  clock.advance(1_000)
  assert.deepEqual(told, [false, false, false])
  assert.equal(clock.timers, 0)
})

test('ticks() says that it comes late after a thread was busy, once', () => {
  const clock = fakeClock()
  const told: boolean[] = []
  let busyMs = 0
  const stop = ticks({ ...clock, monotonicMs: () => clock.monotonicMs() + busyMs }, 100, (isLate) => {
    told.push(isLate)
  })
  clock.advance(99)
  busyMs = 301
  clock.advance(101)
  assert.deepEqual(told, [true, false])
  stop()
  assert.equal(clock.timers, 0)
})
