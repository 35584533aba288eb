import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, wait } from './clock.ts'

test('fakeClock() fires timers in the order they fall due', () => {
  const clock = fakeClock()
  const fired: string[] = []
  clock.set(20, () => fired.push('late'))
  clock.set(10, () => {
    fired.push('early')
    clock.set(5, () => fired.push('nested'))
  })
  clock.advance(15)
  assert.deepEqual(fired, ['early', 'nested'])
  clock.advance(5)
  assert.deepEqual(fired, ['early', 'nested', 'late'])
  assert.equal(clock.timers, 0)
})

test('wait() rejects as soon as its signal aborts, and leaves no timer', async () => {
  const clock = fakeClock()
  const abort = new AbortController()
  const waiting = wait(clock, 1_000, abort.signal)
  abort.abort(new Error('hung up'))
  await assert.rejects(waiting, /hung up/)
  assert.equal(clock.timers, 0)
})
