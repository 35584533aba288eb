import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockDrift } from './clock-drift.ts'

/** What is said over so many packets, 20 ms apart, each on its way for some samples. */
function said(packets: number, lead: (index: number) => number): number[] {
  const drift = clockDrift()
  return Array.from({ length: packets }, (_, i) => drift.arrived(lead(i), 160, i * 20)).filter(
    (one) => one !== 0,
  )
}

test('clockDrift() says nothing of clocks that agree, however the way varies', () => {
  assert.deepEqual(
    said(5_000, (i) => -((i * 7_919) % 900)),
    [],
  )
})

test('clockDrift() sees a lead or a lag of most of a packet behind the jitter of the way', () => {
  assert.deepEqual(
    said(600, (i) => (i < 100 ? 0 : 130) - ((i * 7_919) % 900)),
    [-1],
  )
  assert.deepEqual(
    said(600, (i) => -130 - ((i * 7_919) % 900)),
    [1],
  )
})

test('clockDrift() finds out within a second that the first packet was late', () => {
  assert.deepEqual(
    said(500, (i) => (i < 55 ? 130 : 0)),
    [-1],
  )
  assert.deepEqual(
    said(500, (i) => (i < 55 ? -130 : 0)),
    [],
  )
})

test('clockDrift() says it once in ten seconds, and not for a handful of packets', () => {
  assert.equal(said(5_000, () => 500).length, 10)
  const drift = clockDrift()
  assert.equal(drift.arrived(500, 160, 0), 0)
  assert.equal(drift.arrived(500, 160, 60_000), 0)
})
