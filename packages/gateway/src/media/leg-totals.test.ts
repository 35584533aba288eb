import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegStats } from './contract.ts'
import { legTotals } from './leg-totals.ts'

const stats = (packetsIn: number, dropped: Record<string, number> = {}): LegStats => ({
  packetsIn,
  packetsOut: 0,
  lost: 0,
  jitterMs: 0,
  dropped,
  toAppP50Ms: 0,
  toAppP99Ms: 0,
})

test('legTotals() tells only what was counted since it last told', () => {
  const totals = legTotals()
  assert.deepEqual(totals.increments([stats(5)]), { packets_in: 5 })
  assert.deepEqual(totals.increments([stats(7, { 'not-rtp': 2 })]), { packets_in: 2, dropped_not_rtp: 2 })
  assert.deepEqual(totals.increments([stats(7, { 'not-rtp': 2 })]), {})
})

test('legTotals() loses nothing of a leg that ends', () => {
  const totals = legTotals()
  totals.increments([stats(5)])
  totals.keep(stats(9))
  assert.deepEqual(totals.increments([stats(1)]), { packets_in: 5 })
})
