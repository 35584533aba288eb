import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
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

test('scheduler() runs a task every 20 ms of absolute time', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  clock.advance(100)
  assert.deepEqual(task.at, [20, 40, 60, 80, 100])
})

test('scheduler() spreads tasks over the 20 slots', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  const tasks = Array.from({ length: 40 }, () => paced())
  for (const task of tasks) pacing.add(task)
  clock.advance(20)
  for (let ms = 1; ms <= 20; ms += 1) {
    assert.equal(tasks.filter((task) => task.at[0] === ms).length, 2, `slot at ${ms}`)
  }
})

test('scheduler() makes up for a late wake-up without drifting', () => {
  const clock = lateClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  clock.wakeAt(45)
  assert.deepEqual(task.at, [45, 45])
  clock.wakeAt(60)
  assert.deepEqual(task.at, [45, 45, 60])
  assert.equal(pacing.stalls, 0)
})

test('scheduler() replays at most three ticks after a stall and counts it', () => {
  const clock = lateClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  clock.wakeAt(1_000)
  assert.deepEqual(task.at, [1_000, 1_000, 1_000])
  assert.equal(pacing.stalls, 1)
  clock.wakeAt(1_020)
  assert.equal(task.at.length, 4)
})

test('scheduler() move(0) puts the next tick 20 ms ahead', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  const task = paced()
  pacing.add(task)
  clock.advance(27)
  pacing.move(task, 0)
  clock.advance(20)
  assert.deepEqual(task.at, [20, 47])
})

test('scheduler() move(n) puts the next tick n ms ahead, also from within a tick', () => {
  const clock = fakeClock()
  const pacing = scheduler(clock)
  let once = true
  const task = paced((self) => {
    if (once) pacing.move(self, 7)
    once = false
  })
  const neighbour = paced()
  pacing.add(task)
  for (let i = 0; i < 19; i += 1) pacing.add(paced())
  pacing.add(neighbour)
  clock.advance(60)
  assert.deepEqual(task.at, [20, 27, 47])
  assert.deepEqual(neighbour.at, [20, 40, 60])
})

test('scheduler() does not run a moved task at once when its wake-up is late', () => {
  const clock = lateClock()
  const pacing = scheduler(clock)
  const moved = paced()
  const waiting = paced()
  pacing.add(moved)
  pacing.add(waiting)
  clock.wakeAt(21)
  clock.setNow(44.5) // both are overdue, and a packet is handled before the timer
  pacing.move(moved, 0)
  clock.wakeAt(44.5)
  assert.deepEqual(waiting.at, [21, 21, 44.5])
  assert.deepEqual(moved.at, [21])
  clock.wakeAt(60)
  assert.deepEqual(moved.at, [21, 60])
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

test('scheduler() ticks every task once in 20 ms, whatever is added, removed and moved', () => {
  const step = fc.record({
    kind: fc.constantFrom('add' as const, 'remove' as const, 'move' as const, 'advance' as const),
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
  kind: 'add' | 'remove' | 'move' | 'advance',
  pick: number,
  ms: number,
): void {
  const task = tasks[pick % Math.max(1, tasks.length)]
  if (kind === 'add') {
    const added = paced()
    tasks.push(added)
    pacing.add(added)
  } else if (kind === 'advance') clock.advance(ms)
  else if (task !== undefined && kind === 'move') pacing.move(task, ms - 1)
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
    setNow(ms: number) {
      nowMs = ms
    },
    wakeAt(ms: number) {
      nowMs = ms
      const due = fire
      fire = undefined
      due?.()
    },
  }
}
