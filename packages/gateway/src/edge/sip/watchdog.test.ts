import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { watchdog } from './watchdog.ts'

function watched(o: { isNeeded?: () => boolean; idleMs?: () => number } = {}) {
  const clock = fakeClock()
  const expired: string[] = []
  const dog = watchdog(clock, 1_000, {
    isNeeded: () => false,
    idleMs: () => 10_000,
    expire: (why) => expired.push(why),
    ...o,
  })
  return { clock, expired, dog }
}

test('watchdog() ends a connection that is idle', () => {
  const { clock, expired, dog } = watched()
  clock.advance(9_000)
  dog.received(true, false)
  clock.advance(9_999)
  assert.deepEqual(expired, [])
  clock.advance(1)
  assert.deepEqual(expired, ['idle'])
})

test('watchdog() spares an idle connection that is needed, until it is not', () => {
  let needed = true
  const { clock, expired } = watched({ isNeeded: () => needed })
  clock.advance(100_000)
  assert.deepEqual(expired, [])
  needed = false
  clock.advance(10_000)
  assert.deepEqual(expired, ['idle'])
})

test('interop 34: watchdog() ends a connection whose message takes too long, however steadily its bytes come', () => {
  const { clock, expired, dog } = watched()
  for (let byte = 0; byte < 9; byte++) {
    dog.received(false, true)
    clock.advance(100)
  }
  assert.deepEqual(expired, [])
  clock.advance(100)
  assert.deepEqual(expired, ['slow'])
})

test('watchdog() gives every message its own time', () => {
  const { clock, expired, dog } = watched()
  for (let message = 0; message < 10; message++) {
    dog.received(true, true)
    clock.advance(900)
  }
  assert.deepEqual(expired, [])
  dog.received(true, false)
  clock.advance(5_000)
  assert.deepEqual(expired, [])
})

test('watchdog() grants more time once the peer is trusted', () => {
  let idleMs = 5_000
  const { clock, expired } = watched({ idleMs: () => idleMs })
  clock.advance(4_000)
  idleMs = 60_000
  clock.advance(55_000)
  assert.deepEqual(expired, [])
  clock.advance(1_000)
  assert.deepEqual(expired, ['idle'])
})

test('watchdog() leaves no timer when it stops', () => {
  const { clock, dog } = watched()
  dog.received(false, true)
  dog.stop()
  assert.equal(clock.timers, 0)
})
