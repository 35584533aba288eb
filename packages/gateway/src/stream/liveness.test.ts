import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { startLiveness } from './liveness.ts'

function start() {
  const clock = fakeClock()
  const log: string[] = []
  const liveness = startLiveness({
    clock,
    pingIntervalMs: 1_000,
    pongTimeoutMs: 300,
    ping: () => log.push('ping'),
    lost: () => log.push('lost'),
  })
  return { clock, log, liveness }
}

test('startLiveness() pings at its interval while answers come', () => {
  const { clock, log, liveness } = start()
  for (let i = 0; i < 3; i += 1) {
    clock.advance(1_000)
    liveness.heard()
  }
  assert.deepEqual(log, ['ping', 'ping', 'ping'])
})

test('F5: startLiveness() tells a loss once when a ping stays unanswered', () => {
  const { clock, log } = start()
  clock.advance(1_299)
  assert.deepEqual(log, ['ping'])
  clock.advance(1)
  assert.deepEqual(log, ['ping', 'lost'])
  clock.advance(60_000)
  assert.deepEqual(log, ['ping', 'lost'])
})

test('startLiveness() stops', () => {
  const { clock, log, liveness } = start()
  liveness.stop()
  clock.advance(60_000)
  assert.deepEqual(log, [])
  assert.equal(clock.timers, 0)
})
