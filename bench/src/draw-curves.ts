import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawChart, type Chart } from './curve.ts'
import type { RampReport } from './ramp.ts'

/** `node bench/src/draw-curves.ts DIR RAMP.json…`: draws what ramps of different suites found into DIR, a file a question. */
const [dir, ...files] = process.argv.slice(2)
if (dir === undefined || files.length === 0) {
  console.error('usage: node bench/src/draw-curves.ts DIR RAMP.json...')
  process.exit(2)
}
const ramps = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as RampReport)
const xLabel = 'calls at once'
type Figure = 'corePercentPerCall' | 'rttP50Ms' | 'rttP99Ms' | 'lossPercent'

const charts: Readonly<Record<string, Chart>> = {
  cost: {
    title: 'Cost of a call',
    xLabel,
    yLabel: '% of a core',
    series: ramps.map((ramp) => series(ramp, 'corePercentPerCall', '')),
    target: { name: 'target 0.18', y: 0.18 },
  },
  latency: {
    title: 'To the app and back',
    xLabel,
    yLabel: 'ms',
    series: ramps.flatMap((ramp) => [series(ramp, 'rttP50Ms', ' p50'), series(ramp, 'rttP99Ms', ' p99')]),
  },
  loss: {
    title: 'Frames lost',
    xLabel,
    yLabel: '%',
    series: ramps.map((ramp) => series(ramp, 'lossPercent', '')),
  },
}
for (const [name, chart] of Object.entries(charts)) writeFileSync(join(dir, `${name}.svg`), drawChart(chart))

function series({ suite, steps }: RampReport, figure: Figure, suffix: string) {
  // One suite needs no name in each line's.
  const name = ramps.length > 1 || suffix === '' ? suite + suffix : suffix.trim()
  return { name, points: steps.map((step) => [step.calls, step[figure]] as const) }
}
