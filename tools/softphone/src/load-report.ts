import type { MeasuredInterval, MeasuredRun } from './load-run.ts'

export interface LoadReport {
  readonly calls: number
  readonly answered: number
  /** Calls that did not come up or ended early, by reason. */
  readonly failures: Readonly<Record<string, number>>
  readonly seconds: number
  readonly framesSent: number
  readonly framesReturned: number
  readonly lossPercent: number
  readonly framesMisrouted: number
  readonly framesUnmarked: number
  readonly packetsRefused: number
  /** INVITE to 200. */
  readonly setupP50Ms: number
  readonly setupP95Ms: number
  readonly setupMaxMs: number
  /** A frame's way to the app and back. */
  readonly rttP50Ms: number
  readonly rttP95Ms: number
  readonly rttP99Ms: number
  readonly rttMaxMs: number
  /** What this process itself took and added: not the gateway's. */
  readonly ownCpuPercent: number
  readonly ownLagP99Ms: number
}

export function loadReport(run: MeasuredRun, interval: MeasuredInterval): LoadReport {
  const { calls, answered, failures, measure, scheduler } = run
  const { framesSent, framesReturned, framesMisrouted, framesUnmarked, packetsRefused, rtt, setup } = measure
  const lost = framesSent === 0 ? 1 : 1 - framesReturned / framesSent
  return {
    calls,
    answered,
    failures,
    seconds: rounded(interval.wallMs / 1_000),
    framesSent,
    framesReturned,
    lossPercent: rounded(100 * lost),
    framesMisrouted,
    framesUnmarked,
    packetsRefused,
    setupP50Ms: rounded(setup.percentile(0.5)),
    setupP95Ms: rounded(setup.percentile(0.95)),
    setupMaxMs: rounded(setup.maxMs),
    rttP50Ms: rounded(rtt.percentile(0.5)),
    rttP95Ms: rounded(rtt.percentile(0.95)),
    rttP99Ms: rounded(rtt.percentile(0.99)),
    rttMaxMs: rounded(rtt.maxMs),
    ownCpuPercent: rounded((100 * interval.ownCpuMs) / interval.wallMs),
    ownLagP99Ms: rounded(scheduler.lag.percentile(0.99)),
  }
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
