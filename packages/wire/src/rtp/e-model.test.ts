import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { g711WithConcealment, g711WithoutConcealment, mosOf, transmissionRating } from './e-model.ts'

const quiet = { delayMs: 0, lossFraction: 0, burstRatio: 1, codec: g711WithConcealment }
const isNear = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`)

test('transmissionRating() gives 93.2 for the default values (ITU-T G.107 §7.7)', () => {
  isNear(transmissionRating(quiet), 93.2, 0.05)
})

test('mosOf() gives the values of ITU-T G.107 Annex B, Table B.1', () => {
  const table = [
    [90, 4.34],
    [80, 4.03],
    [70, 3.6],
    [60, 3.1],
    [50, 2.58],
  ] as const
  for (const [rating, mos] of table) isNear(mosOf(rating), mos, 0.01)
  isNear(mosOf(93.2), 4.41, 0.005)
  assert.equal(mosOf(-20), 1)
  assert.equal(mosOf(120), 4.5)
})

test('transmissionRating() loses by delay what Cole and Rosenbluth found (Voice over IP performance monitoring, 2001)', () => {
  for (const delayMs of [50, 100, 150, 200, 250, 300]) {
    const expected = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0)
    isNear(93.2 - transmissionRating({ ...quiet, delayMs }), expected, 2.5)
  }
})

test('transmissionRating() loses by random loss what ITU-T G.113 Appendix I says', () => {
  const lost = (lossFraction: number, codec = g711WithConcealment) =>
    93.2 - transmissionRating({ ...quiet, lossFraction, codec })
  isNear(lost(0.02), (95 * 2) / (2 + 25.1), 0.1)
  isNear(lost(0.1), (95 * 10) / (10 + 25.1), 0.1)
  isNear(lost(0.02, g711WithoutConcealment), (95 * 2) / (2 + 4.3), 0.1)
})

test('transmissionRating() is worse for loss in bursts', () => {
  const bursts = transmissionRating({ ...quiet, lossFraction: 0.05, burstRatio: 3 })
  isNear(93.2 - bursts, (95 * 5) / (5 / 3 + 25.1), 0.1)
  assert.ok(bursts < transmissionRating({ ...quiet, lossFraction: 0.05 }))
})

test('mosOf() and transmissionRating() stay within bounds and fall with delay and with loss, whatever they are given', () => {
  const conditions = fc.record({
    delayMs: fc.double({ min: -10, max: 5_000, noNaN: true }),
    lossFraction: fc.double({ min: -1, max: 2, noNaN: true }),
    burstRatio: fc.double({ min: 0, max: 50, noNaN: true }),
    codec: fc.constantFrom(g711WithConcealment, g711WithoutConcealment),
  })
  fc.assert(
    fc.property(conditions, fc.double({ min: 0, max: 1, noNaN: true }), (given, more) => {
      const mos = mosOf(transmissionRating(given))
      assert.ok(mos >= 1 && mos <= 4.5)
      const worse = { ...given, lossFraction: given.lossFraction + more }
      assert.ok(transmissionRating(worse) <= transmissionRating(given) + 1e-9)
    }),
  )
})
