import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { sourceGuard } from './source-guard.ts'

function guardWith(clock = fakeClock()) {
  return {
    clock,
    guard: sourceGuard({ strikes: 3, windowMs: 1_000, banMs: 10_000, maxSources: 50, clock }),
  }
}

test('sourceGuard() bans a source at its last strike, and no other', () => {
  const { guard } = guardWith()
  assert.deepEqual([guard.strike('a'), guard.strike('a'), guard.strike('a')], [false, false, true])
  assert.equal(guard.isBanned('a'), true)
  assert.equal(guard.isBanned('b'), false)
})

test('sourceGuard() forgives strikes that lie a window apart', () => {
  const { guard, clock } = guardWith()
  guard.strike('a')
  guard.strike('a')
  clock.advance(1_000)
  assert.equal(guard.strike('a'), false)
  assert.equal(guard.isBanned('a'), false)
})

test('sourceGuard() ends a ban by itself, however much was struck meanwhile', () => {
  const { guard, clock } = guardWith()
  for (let strike = 0; strike < 100; strike++) guard.strike('a')
  clock.advance(9_999)
  guard.strike('a')
  assert.equal(guard.isBanned('a'), true)
  clock.advance(1)
  assert.equal(guard.isBanned('a'), false)
})

test('sourceGuard() remembers no more sources than it may', () => {
  const { guard } = guardWith()
  for (let source = 0; source < 500; source++) guard.strike(`source ${source}`)
  assert.equal(guard.sources, 50)
})
