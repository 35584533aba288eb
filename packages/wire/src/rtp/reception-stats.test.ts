import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compactNtp, ntpTime, rttFrom } from './ntp-time.ts'
import { receptionStats } from './reception-stats.ts'

const clockRateHz = 8_000

test('receptionStats() reports loss of the interval and in all: RFC 3550 §A.3', () => {
  const stats = receptionStats(clockRateHz)
  for (const sequence of [65_533, 65_534, 0, 1]) stats.receive(sequence, 0, 0)
  const first = stats.reportBlock(7, 0)
  assert.equal(first.ssrc, 7)
  assert.equal(first.fractionLost, Math.floor(256 / 5))
  assert.equal(first.cumulativeLost, 1)
  assert.equal(first.extendedHighestSequence, 65_537)
  for (const sequence of [2, 3]) stats.receive(sequence, 0, 0)
  const second = stats.reportBlock(7, 0)
  assert.equal(second.fractionLost, 0)
  assert.equal(second.cumulativeLost, 1)
  assert.equal(stats.received, 6)
  assert.equal(stats.lost, 1)
})

test('receptionStats() counts duplicates as negative loss, and no loss before the first packet', () => {
  const stats = receptionStats(clockRateHz)
  assert.equal(stats.reportBlock(1, 0).cumulativeLost, 0)
  for (const sequence of [1, 1, 1]) stats.receive(sequence, 0, 0)
  assert.equal(stats.reportBlock(1, 0).cumulativeLost, -2)
  assert.equal(stats.reportBlock(1, 0).fractionLost, 0)
})

test('receptionStats() smooths jitter by a sixteenth: RFC 3550 §A.8', () => {
  const stats = receptionStats(clockRateHz)
  stats.receive(1, 160, 1_000)
  stats.receive(2, 320, 1_036) // 16 ms late: 128 timestamp units
  assert.equal(stats.reportBlock(1, 0).jitter, 8)
  assert.equal(stats.jitterMs, 1)
})

test('receptionStats() sees no jitter in a timestamp wrap', () => {
  const stats = receptionStats(clockRateHz)
  stats.receive(1, 0xffffff60, 0)
  stats.receive(2, 0, 20)
  assert.equal(stats.jitterMs, 0)
})

test('receptionStats() returns the last sender report and its age', () => {
  const stats = receptionStats(clockRateHz)
  assert.equal(stats.reportBlock(1, 500).delaySinceLastSr, 0)
  const times = ntpTime(1_700_000_000_250)
  const counters = { rtpTimestamp: 0, packetCount: 0, octetCount: 0, reports: [] }
  stats.senderReport({ kind: 'sr', ssrc: 1, ...times, ...counters }, 1_000)
  const block = stats.reportBlock(1, 1_500)
  assert.equal(block.lastSr, compactNtp(times))
  assert.equal(block.delaySinceLastSr, 32_768)
})

test('ntpTime() counts from 1900 and wraps in 2036', () => {
  assert.deepEqual(ntpTime(500), { ntpSeconds: 2_208_988_800, ntpFraction: 0x80000000 })
  assert.equal(ntpTime(Date.UTC(2036, 1, 7, 6, 28, 16)).ntpSeconds, 0)
})

test('rttFrom() matches the example of RFC 3550 §6.4.1', () => {
  // Figure 2: arrival at 0xb710:8000, LSR 0xb705:2000, DLSR 0x0005:4000, round trip 0x0006:2000.
  assert.equal(rttFrom(0xb705_2000, 0x0005_4000, 0xb710_8000), 6_125)
})

test('rttFrom() is undefined without a report or with a delay longer than the time passed', () => {
  assert.equal(rttFrom(0, 0, 5), undefined)
  assert.equal(rttFrom(100, 200, 150), undefined)
})
