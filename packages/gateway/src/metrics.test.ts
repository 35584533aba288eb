import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMetrics } from './metrics.ts'

test('openMetrics() counts by label and reads gauges when asked', async () => {
  const metrics = openMetrics()
  let active = 1
  metrics.gauge('calls_active', 'calls now', () => active)
  metrics.count('calls_ended', { reason: 'caller-hung-up' })
  metrics.count('calls_ended', { reason: 'caller-hung-up' }, 2)
  active = 7
  const text = await metrics.text()
  assert.match(text, /voxkeep_calls_ended_total\{reason="caller-hung-up"\} 3/)
  assert.match(text, /voxkeep_calls_active 7/)
})

test('openMetrics() reads a gauge for each value of its label that there is', async () => {
  const metrics = openMetrics()
  const days = new Map([
    ['a', 3],
    ['b', 9],
  ])
  metrics.gauges('days_left', 'days', 'certificate', () => days)
  assert.match(await metrics.text(), /voxkeep_days_left\{certificate="b"\} 9/)
  days.delete('b')
  const text = await metrics.text()
  assert.match(text, /voxkeep_days_left\{certificate="a"\} 3/)
  assert.doesNotMatch(text, /certificate="b"/)
})

test('openMetrics() keeps a bounded number of series a metric', async () => {
  const metrics = openMetrics()
  for (let index = 0; index < 1_000; index++) metrics.count('odd', { label: String(index) })
  const series = (await metrics.text()).split('\n').filter((line) => line.startsWith('voxkeep_odd_total{'))
  assert.equal(series.length, 200)
})
