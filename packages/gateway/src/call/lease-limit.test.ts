import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { limitBy } from './lease-limit.ts'

const lease = (maxDurationMs: number) => ({ maxDurationMs, answered: () => {}, ended: async () => {} })

test('limitBy() fires when the time is up, and looks again when it has grown meanwhile', () => {
  const clock = fakeClock()
  const own = lease(60_000)
  let fired = 0
  limitBy(own, clock, () => (fired += 1))
  own.maxDurationMs = 90_000
  clock.advance(60_000)
  assert.equal(fired, 0)
  clock.advance(30_000)
  assert.deepEqual([fired, clock.timers], [1, 0])
})

test('limitBy() never fires without a limit, or once it is cancelled, and fires at once without any time', () => {
  const clock = fakeClock()
  let fired = 0
  const expired = () => (fired += 1)
  limitBy(lease(Infinity), clock, expired)()
  limitBy(lease(1_000), clock, expired)()
  clock.advance(10_000)
  assert.deepEqual([fired, clock.timers], [0, 0])
  limitBy(lease(0), clock, expired)
  assert.equal(fired, 1)
})
