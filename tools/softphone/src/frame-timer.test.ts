import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from './fake-clock.ts'
import { startFrameTimer } from './frame-timer.ts'

test('startFrameTimer() ticks at once and then every frame', () => {
  const clock = fakeClock()
  const ticks: number[] = []
  startFrameTimer(clock, 20, () => ticks.push(clock.monotonicMs()))
  clock.advance(60)
  assert.deepEqual(ticks, [0, 20, 40, 60])
})

test('startFrameTimer() makes up for ticks that came late', () => {
  const clock = fakeClock()
  const late = { ...clock, set: (delayMs: number, fire: () => void) => clock.set(delayMs + 5, fire) }
  let ticks = 0
  startFrameTimer(late, 20, () => (ticks += 1))
  clock.advance(1_005)
  assert.equal(ticks, 51)
})

test('startFrameTimer() sends no burst after a long sleep', () => {
  const clock = fakeClock()
  let [ticks, sleptMs] = [0, 0]
  const sleepy = { ...clock, monotonicMs: () => clock.monotonicMs() + sleptMs }
  startFrameTimer(sleepy, 20, () => (ticks += 1))
  clock.advance(20)
  sleptMs = 10_000
  clock.advance(20)
  assert.equal(ticks, 3)
})

test('startFrameTimer() stops', () => {
  const clock = fakeClock()
  let ticks = 0
  const stop = startFrameTimer(clock, 20, () => (ticks += 1))
  clock.advance(20)
  stop()
  clock.advance(100)
  assert.equal(ticks, 2)
})
