import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { keepAlive } from './keep-alive.ts'

function watched(chance = 0.5) {
  const clock = fakeClock()
  const seen = { pings: 0, deaths: 0 }
  const keeper = keepAlive(clock, 30_000, {
    chance: () => chance,
    ping: () => void (seen.pings += 1),
    dead: () => void (seen.deaths += 1),
  })
  return { clock, seen, keeper }
}

test('interop 32: keepAlive() pings between 80 and 100 % of the interval, over and over', () => {
  const soon = watched(0)
  soon.clock.advance(24_000)
  assert.equal(soon.seen.pings, 1)
  const late = watched(0.999)
  late.clock.advance(29_900)
  assert.equal(late.seen.pings, 0)
  late.clock.advance(100)
  assert.equal(late.seen.pings, 1)
  late.clock.advance(300_000)
  assert.equal(late.seen.pings, 11)
})

test('interop 32: keepAlive() takes a peer for dead that answered pings and leaves one unanswered for 10 s', () => {
  const { clock, seen, keeper } = watched()
  clock.advance(27_000)
  keeper.received(true)
  clock.advance(27_000 + 9_999)
  assert.deepEqual(seen, { pings: 2, deaths: 0 })
  clock.advance(1)
  assert.equal(seen.deaths, 1)
})

test('keepAlive() takes anything at all for a sign of life', () => {
  const { clock, seen, keeper } = watched()
  keeper.received(true)
  clock.advance(27_000 + 9_000)
  keeper.received(false)
  clock.advance(5_000)
  assert.equal(seen.deaths, 0)
})

test('interop 32: keepAlive() concludes nothing from the silence of a peer that never answered a ping', () => {
  const { clock, seen, keeper } = watched()
  keeper.received(false)
  clock.advance(600_000)
  assert.equal(seen.deaths, 0)
  assert.ok(seen.pings > 20)
})

test('keepAlive() leaves no timer behind', () => {
  const { clock, keeper } = watched()
  keeper.received(true)
  clock.advance(27_000)
  keeper.stop()
  assert.equal(clock.timers, 0)
})
