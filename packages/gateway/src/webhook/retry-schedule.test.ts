import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { nextDelayMs, parseRetryAfter, retryDelaysMs } from './retry-schedule.ts'

const chance = (byte: number) => ({ bytes: () => Uint8Array.of(byte) })
const byte = fc.integer({ min: 0, max: 255 })

test('retryDelaysMs spans three days, 3 hours, 35 minutes and 5 seconds', () => {
  const sumMs = retryDelaysMs.reduce<number>((sum, delayMs) => sum + delayMs, 0)
  assert.equal(sumMs, ((3 * 24 + 3) * 3_600 + 35 * 60 + 5) * 1_000)
})

test('nextDelayMs() stays within a tenth of the schedule and ends with it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), byte, (attempts, luck) => {
      const delayMs = retryDelaysMs[attempts] ?? assert.fail()
      const nextMs = nextDelayMs(attempts, undefined, chance(luck)) ?? assert.fail()
      assert.ok(nextMs >= delayMs * 0.9 - 1 && nextMs <= delayMs * 1.1 + 1)
    }),
  )
  assert.equal(nextDelayMs(10, undefined, chance(0)), undefined)
})

test('nextDelayMs() uses the whole spread', () => {
  assert.equal(nextDelayMs(1, undefined, chance(0)), 4_500)
  assert.equal(nextDelayMs(1, undefined, chance(255)), 5_500)
})

test('nextDelayMs() is never before what Retry-After asks, up to a day', () => {
  assert.equal(nextDelayMs(1, 60_000, chance(0)), 60_000)
  assert.equal(nextDelayMs(1, 1, chance(0)), 4_500)
  assert.equal(nextDelayMs(1, 1e12, chance(0)), 24 * 3_600_000)
})

test('parseRetryAfter() reads seconds and HTTP dates', () => {
  const nowMs = Date.UTC(2026, 10, 21, 12, 0, 0)
  assert.equal(parseRetryAfter('120', nowMs), 120_000)
  assert.equal(parseRetryAfter(' 0 ', nowMs), 0)
  assert.equal(parseRetryAfter('Sat, 21 Nov 2026 12:01:00 GMT', nowMs), 60_000)
  assert.equal(parseRetryAfter('Sat, 21 Nov 2020 12:01:00 GMT', nowMs), 0)
})

test('parseRetryAfter() is undefined or not negative, whatever the text', () => {
  for (const text of [
    undefined,
    '',
    '-1',
    '1.5',
    '1e9',
    'soon',
    '2026-11-21',
    'Sat, 99 Foo 2026 99:99:99 GMT',
  ])
    assert.equal(parseRetryAfter(text, 0), undefined, String(text))
  fc.assert(
    fc.property(fc.string(), (text) => {
      const delayMs = parseRetryAfter(text, 0)
      assert.ok(delayMs === undefined || (Number.isFinite(delayMs) && delayMs >= 0))
    }),
  )
})
