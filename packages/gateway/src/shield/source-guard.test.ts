import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { sourceGuard } from './source-guard.ts'

function guardWith(clock = fakeClock()) {
  return {
    clock,
    guard: sourceGuard({
      strikes: 3,
      windowMs: 1_000,
      banMs: 10_000,
      maxBanMs: 100_000,
      maxSources: 50,
      clock,
    }),
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

test('sourceGuard().ban() needs no strikes', () => {
  const { guard, clock } = guardWith()
  assert.deepEqual([guard.ban('a'), guard.ban('a'), guard.isBanned('a')], [true, false, true])
  clock.advance(10_000)
  assert.equal(guard.isBanned('a'), false)
})

test('sourceGuard() bans for twice as long each time, up to the most', () => {
  const { guard, clock } = guardWith()
  const lasts: number[] = []
  for (let ban = 0; ban < 6; ban++) {
    guard.ban('a')
    let ms = 0
    for (; guard.isBanned('a'); ms += 10_000) clock.advance(10_000)
    lasts.push(ms)
  }
  assert.deepEqual(lasts, [10_000, 20_000, 40_000, 80_000, 100_000, 100_000])
})

test('sourceGuard() forgives who stayed out of trouble for as long as the longest ban', () => {
  const { guard, clock } = guardWith()
  guard.ban('a')
  guard.ban('b')
  clock.advance(10_000 + 99_999)
  guard.ban('a')
  clock.advance(1)
  guard.ban('b')
  clock.advance(10_000)
  assert.deepEqual([guard.isBanned('a'), guard.isBanned('b')], [true, false])
})
