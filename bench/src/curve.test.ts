import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawChart, niceMax } from './curve.ts'

test('niceMax() is a round number that holds all values', () => {
  assert.equal(niceMax([1, 187]), 200)
  assert.equal(niceMax([0.43]), 0.5)
  assert.equal(niceMax([]), 1)
})

test('drawChart() draws a point for each value, the target, and text that is escaped', () => {
  const series = [
    {
      name: 'a<b',
      points: [
        [0, 0],
        [100, 1],
      ] as const,
    },
  ]
  const chart = { title: 'cost & time', xLabel: 'calls', yLabel: '%', series }
  const svg = drawChart({ ...chart, target: { name: 'target', y: 0.5 } })
  assert.match(svg, /<polyline points="64,304 616,48"/)
  assert.equal(svg.match(/<circle/g)?.length, 2)
  assert.match(svg, /stroke-dasharray/)
  assert.match(svg, /a&lt;b/)
  assert.match(svg, /cost &amp; time/)
})
