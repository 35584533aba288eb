import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { replayMemory } from './replay-memory.ts'

test('replayMemory() takes a PASSporT for one call only', () => {
  const clock = fakeClock()
  const memory = replayMemory(clock)
  assert.equal(memory.use('p', 'a@test', clock.now() + 1_000), true)
  assert.equal(memory.use('p', 'a@test', clock.now() + 1_000), true)
  assert.equal(memory.use('p', 'b@test', clock.now() + 1_000), false)
  assert.equal(memory.use('q', 'b@test', clock.now() + 1_000), true)
})

test('replayMemory() forgets what is no longer fresh', () => {
  const clock = fakeClock()
  const memory = replayMemory(clock)
  for (let call = 0; call < 100; call += 1) memory.use(`p${call}`, 'a@test', clock.now() + 1_000)
  clock.advance(1_000)
  memory.use('q', 'a@test', clock.now() + 1_000)
  assert.equal(memory.size, 1)
})

test('replayMemory() is bounded: the oldest goes first', () => {
  const clock = fakeClock()
  const memory = replayMemory(clock, 10)
  for (let call = 0; call < 1_000; call += 1) memory.use(`p${call}`, 'a@test', clock.now() + 60_000)
  assert.equal(memory.size, 10)
  assert.equal(memory.use('p999', 'b@test', clock.now() + 60_000), false)
})
