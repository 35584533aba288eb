import type { LoadReport } from '@voxkeep/softphone'
import type { ProcessUsage } from './process-usage.ts'

export interface BenchReport extends LoadReport {
  /** Of one core. */
  readonly corePercentPerCall: number
  readonly rssMbPerCall: number
  /** The gateway's whole memory in the middle of it. */
  readonly rssMb: number
}

export interface GatewayUsage {
  /** Before the first call, and at both ends of the measured interval. */
  readonly idle: ProcessUsage
  readonly from: ProcessUsage
  readonly to: ProcessUsage
  readonly wallSeconds: number
}

export function benchReport(load: LoadReport, gateway: GatewayUsage): BenchReport {
  const { idle, from, to, wallSeconds } = gateway
  const calls = Math.max(1, load.answered)
  return {
    ...load,
    corePercentPerCall: rounded((100 * (to.cpuSeconds - from.cpuSeconds)) / wallSeconds / calls),
    rssMbPerCall: rounded((to.rssMb - idle.rssMb) / calls),
    rssMb: rounded(to.rssMb),
  }
}

/** The report for a person. */
export function describeReport(report: BenchReport): string {
  const { failures, ...numbers } = report
  const lines = Object.entries(numbers).map(([name, value]) => `${name.padEnd(20)} ${value}`)
  return [...lines, `${'failures'.padEnd(20)} ${JSON.stringify(failures)}`].join('\n')
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
