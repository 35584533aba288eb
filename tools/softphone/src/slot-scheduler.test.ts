import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from './fake-clock.ts'
import { slotScheduler } from './slot-scheduler.ts'

test('slotScheduler() ticks every leg once a frame', () => {
  const clock = fakeClock()
  const scheduler = slotScheduler(clock, 20)
  const counts = Array.from({ length: 50 }, () => 0)
  for (const index of counts.keys()) {
    scheduler.add({ tick: () => (counts[index] = (counts[index] ?? 0) + 1) })
  }
  clock.advance(1_000)
  assert.ok(counts.every((count) => count === 50 || count === 51))
})

test('slotScheduler() spreads legs over the frame', () => {
  const clock = fakeClock()
  const scheduler = slotScheduler(clock, 20)
  const perMs = new Map<number, number>()
  for (let leg = 0; leg < 40; leg += 1) {
    scheduler.add({ tick: (nowMs) => void perMs.set(nowMs % 20, (perMs.get(nowMs % 20) ?? 0) + 1) })
  }
  clock.advance(19)
  assert.deepEqual(
    [...perMs.values()],
    Array.from({ length: 20 }, () => 2),
  )
})

test('slotScheduler() stops ticking a leg that left, and all when stopped', () => {
  const clock = fakeClock()
  const scheduler = slotScheduler(clock, 20)
  let [left, stayed] = [0, 0]
  const leave = scheduler.add({ tick: () => (left += 1) })
  scheduler.add({ tick: () => (stayed += 1) })
  clock.advance(100)
  leave()
  const [leftThen, stayedThen] = [left, stayed]
  clock.advance(100)
  assert.equal(left, leftThen)
  assert.equal(stayed, stayedThen + 5)
  scheduler.stop()
  clock.advance(100)
  assert.equal(stayed, stayedThen + 5)
})

test('slotScheduler() makes up for late timers, and measures them', () => {
  const clock = fakeClock()
  const late = { ...clock, set: (delayMs: number, fire: () => void) => clock.set(delayMs + 6, fire) }
  const scheduler = slotScheduler(late, 20)
  let ticks = 0
  scheduler.add({ tick: () => (ticks += 1) })
  clock.advance(2_000)
  assert.ok(ticks >= 99 && ticks <= 101, `${ticks} ticks`)
  assert.ok(scheduler.lag.percentile(0.99) >= 5)
})

test('slotScheduler() leaves out the frames of a stall, and counts their time', () => {
  const clock = fakeClock()
  let stalledMs = 0
  const stalling = { ...clock, monotonicMs: () => clock.monotonicMs() + stalledMs }
  const scheduler = slotScheduler(stalling, 20)
  const frames: number[] = []
  scheduler.add({ tick: (_nowMs, frame) => frames.push(frame) })
  clock.advance(59)
  stalledMs = 200
  clock.advance(41)
  assert.deepEqual(frames, [0, 1, 2, 13, 14, 15])
})
