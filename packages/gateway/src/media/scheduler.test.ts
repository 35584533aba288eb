import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fakeClock } from '#kernel'
import { scheduler, type Paced, type Scheduler } from './scheduler.ts'

/** A task that writes down when it ran. */
function paced(onTick?: (task: Paced) => void): Paced & { at: number[] } {
  const task = {
    slot: 0,
    at: [] as number[],
    tick(nowMs: number) {
      task.at.push(nowMs)
      onTick?.(task)
    },
  }
  return task
}

test('interop 35: scheduler() runs a task every 20 ms of absolute time', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  clock.advance(100)
  assert.deepEqual(task.at, [20, 40, 60, 80, 100])
})

test('scheduler() spreads tasks evenly over its slots', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  const tasks = Array.from({ length: 40 }, () => paced())
  for (const task of tasks) pacing.add(task)
  clock.advance(20)
  for (const ms of [4, 8, 12, 16, 20]) {
    assert.equal(tasks.filter((task) => task.at[0] === ms).length, 8, `slot at ${ms}`)
  }
})

test('scheduler() wakes once for all that sit in a slot', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  for (let i = 0; i < 100; i += 1) pacing.add(paced())
  assert.equal(clock.timers, 1)
  clock.advance(1_000)
  assert.equal(clock.timers, 1)
})

test('scheduler() makes up for a late wake-up without drifting', () => {
  const clock = lateClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  clock.wakeAt(45)
  clock.wakeAt(45)
  assert.deepEqual(task.at, [45, 45])
  clock.wakeAt(60)
  assert.deepEqual(task.at, [45, 45, 60])
  assert.equal(pacing.stalls, 0)
})

test('scheduler() replays at most fifteen ticks after a stall and counts it', () => {
  const clock = lateClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  clock.wakeAt(1_000)
  clock.wakeAt(1_000)
  assert.equal(task.at.length, 15)
  assert.equal(pacing.stalls, 1)
  clock.wakeAt(1_020)
  assert.equal(task.at.length, 16)
})

test('scheduler() lets the event loop turn once before it runs what a stall made late', () => {
  const clock = lateClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  clock.wakeAt(24)
  assert.deepEqual(task.at, [24])
  clock.wakeAt(46)
  assert.deepEqual(task.at, [24])
  clock.wakeAt(46)
  assert.deepEqual(task.at, [24, 46])
})

test('scheduler() lets a task remove itself in its tick, and skips no neighbour', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  const tasks = Array.from({ length: 15 }, () => paced((self) => pacing.remove(self)))
  for (const task of tasks) pacing.add(task)
  clock.advance(60)
  assert.deepEqual(
    tasks.map((task) => task.at.length),
    tasks.map(() => 1),
  )
  assert.equal(clock.timers, 0)
})

test('scheduler() sleeps when nobody is paced', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  assert.equal(clock.timers, 1)
  pacing.remove(task)
  pacing.remove(task)
  assert.equal(clock.timers, 0)
  assert.equal(pacing.size, 0)
  clock.advance(500)
  pacing.add(task)
  clock.advance(20)
  assert.equal(task.at.length, 1)
  assert.equal(pacing.stalls, 0)
})

test('scheduler() ticks every task once in 20 ms, whatever is added and removed', () => {
  const step = fc.record({
    kind: fc.constantFrom('add' as const, 'remove' as const, 'advance' as const),
    pick: fc.nat(20),
    ms: fc.integer({ min: 1, max: 19 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = fakeClock()
      const pacing = scheduler(clock)
      const tasks: (Paced & { at: number[] })[] = []
      for (const { kind, pick, ms } of steps) apply(pacing, clock, tasks, kind, pick, ms)
      for (const task of tasks) task.at.length = 0
      clock.advance(40)
      for (const task of tasks) assert.equal(task.at.length, 2)
      assert.equal(pacing.size, tasks.length)
    }),
  )
})

function apply(
  pacing: Scheduler,
  clock: ReturnType<typeof fakeClock>,
  tasks: (Paced & { at: number[] })[],
  kind: 'add' | 'remove' | 'advance',
  pick: number,
  ms: number,
): void {
  const task = tasks[pick % Math.max(1, tasks.length)]
  if (kind === 'add') {
    const added = paced()
    tasks.push(added)
    pacing.add(added)
  } else if (kind === 'advance') clock.advance(ms)
  else if (task !== undefined) {
    pacing.remove(task)
    tasks.splice(tasks.indexOf(task), 1)
  }
}

/** A clock whose one timer fires when the test says, as late as it says. */
function lateClock() {
  let nowMs = 0
  let fire: (() => void) | undefined
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    set(_delayMs: number, callback: () => void) {
      fire = callback
      return () => (fire = undefined)
    },
    wakeAt(ms: number) {
      nowMs = ms
      const due = fire
      fire = undefined
      due?.()
    },
  }
}
