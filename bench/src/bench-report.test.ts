import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadReport } from '@voxkeep/softphone'
import { benchReport, describeReport } from './bench-report.ts'

const load = {
  calls: 12,
  answered: 10,
  failures: { 'rejected 503': 2 },
  rttP50Ms: 4,
} as unknown as LoadReport
const usage = {
  idle: { cpuSeconds: 1, rssMb: 100 },
  from: { cpuSeconds: 3, rssMb: 105 },
  to: { cpuSeconds: 3.5, rssMb: 106 },
  wallSeconds: 20,
  threads: { main: 0.1, media: 0.3, database: 0.05, helpers: 0.05 },
  gaps: { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 },
}

test('benchReport() divides the gateway’s cost among the calls that were answered', () => {
  const report = benchReport(load, usage)
  assert.equal(report.corePercentPerCall, 0.25)
  assert.equal(report.mediaPercentPerCall, 0.15)
  assert.equal(report.rssMbPerCall, 0.6)
  assert.equal(report.rssMb, 106)
})

test('benchReport() survives a run without an answered call', () => {
  assert.equal(benchReport({ ...load, answered: 0 }, usage).corePercentPerCall, 2.5)
})

test('C15: benchReport() says how far apart frames came at the app, and whether the 99th percentile is below 60 ms', () => {
  const of = (p99Ms: number) => {
    const gaps = { count: 1_000, p50Ms: 20.5, p99Ms, maxMs: 130.123456 }
    const { gapP50Ms, gapP99Ms, gapMaxMs, C15 } = benchReport(load, { ...usage, gaps })
    return [gapP50Ms, gapP99Ms, gapMaxMs, C15]
  }
  assert.deepEqual(of(59.5), [20.5, 59.5, 130.1235, 'holds'])
  assert.deepEqual(of(60), [20.5, 60, 130.1235, 'does not hold'])
})

test('benchReport() claims nothing of frames that no app heard', () => {
  const report = benchReport(load, usage)
  assert.ok(!('C15' in report) && !('gapP99Ms' in report))
})

test('describeReport() names every figure', () => {
  const text = describeReport(benchReport(load, usage))
  assert.match(text, /^corePercentPerCall {5}0\.25$/m)
  assert.match(text, /^failures {15}\{"rejected 503":2\}$/m)
})

test('describeReport() sets a list of reports side by side', () => {
  const text = describeReport({ scenario: 'ramp', steps: [{ calls: 25 }, { calls: 50 }] })
  assert.match(text, /^ {2}calls +25 +50$/m)
})
