import type { GapFigures } from '@voxkeep/example-echo'
import type { LoadReport } from '@voxkeep/softphone'
import type { ToApp } from './gateway-api.ts'
import type { ProcessUsage } from './process-usage.ts'
import type { ThreadUsage } from './thread-usage.ts'

export interface BenchReport extends LoadReport {
  /** Of one core, all threads of the gateway. */
  readonly corePercentPerCall: number
  /** The part of it that the media threads used. */
  readonly mediaPercentPerCall: number
  readonly rssMbPerCall: number
  /** The gateway's whole memory in the middle of it. */
  readonly rssMb: number
  /** CPU time of the gateway, all threads, from the first INVITE until all calls are up, for each; and of two threads of it. */
  readonly setupCpuMsPerCall?: number
  readonly setupMainMsPerCall?: number
  readonly setupDatabaseMsPerCall?: number
  /** From a request to place a call until it is on record. */
  readonly placingP95Ms?: number
  /** By the gateway's own clock, from a packet's arrival to its audio being handed on: a usual call's median, the worst call's 99th percentile. */
  readonly toAppP50Ms?: number
  readonly toAppP99Ms?: number
  /** Between one message of a call's audio and the next, by the app's clock. Absent where no app hears the calls. */
  readonly gapP50Ms?: number
  readonly gapP99Ms?: number
  readonly gapMaxMs?: number
  /** Whether the 99th percentile is below 60 ms. */
  readonly C15?: 'holds' | 'does not hold'
}

/** What app developers are promised: no more than two frames are missed in a row. */
const maxGapMs = 60

export interface GatewayUsage {
  /** Before the first call, and at both ends of the measured interval. */
  readonly idle: ProcessUsage
  readonly from: ProcessUsage
  readonly to: ProcessUsage
  readonly wallSeconds: number
  readonly threads: ThreadUsage
  readonly gaps: GapFigures
}

export function benchReport(load: LoadReport, gateway: GatewayUsage): BenchReport {
  const { idle, from, to, wallSeconds, threads } = gateway
  // With calls that come and go, more are answered than are up at once.
  const calls = Math.max(1, Math.min(load.answered, load.calls))
  const share = (cpuSeconds: number) => rounded((100 * cpuSeconds) / wallSeconds / calls)
  return {
    ...load,
    corePercentPerCall: share(to.cpuSeconds - from.cpuSeconds),
    mediaPercentPerCall: share(threads.media),
    rssMbPerCall: rounded((to.rssMb - idle.rssMb) / calls),
    rssMb: rounded(to.rssMb),
    ...gapFigures(gateway.gaps),
  }
}

function gapFigures({ count, p50Ms, p99Ms, maxMs }: GapFigures): Partial<BenchReport> {
  if (count === 0) return {}
  const figures = { gapP50Ms: rounded(p50Ms), gapP99Ms: rounded(p99Ms), gapMaxMs: rounded(maxMs) }
  return { ...figures, C15: p99Ms < maxGapMs ? 'holds' : 'does not hold' }
}

/** What the gateway itself measured of its calls. */
export function toAppFigures({ p50Ms, p99Ms }: ToApp): Pick<BenchReport, 'toAppP50Ms' | 'toAppP99Ms'> {
  return { toAppP50Ms: p50Ms, toAppP99Ms: p99Ms }
}

/** A report for a person: a line a figure, and a table for a list of reports. */
export function describeReport(report: object): string {
  return Object.entries(report)
    .map(([name, value]) => {
      if (Array.isArray(value)) return `${name}\n${describeRows(value as readonly object[])}`
      const isPlain = typeof value !== 'object' || value === null
      return `${name.padEnd(22)} ${isPlain ? String(value) : JSON.stringify(value)}`
    })
    .join('\n')
}

function describeRows(rows: readonly object[]): string {
  const [first = {}] = rows
  const names = Object.keys(first)
  return names
    .map((name) => {
      const cells = rows.map((row) => cell((row as Record<string, unknown>)[name]))
      return `  ${name.padEnd(20)} ${cells.map((text) => text.padStart(11)).join('')}`
    })
    .join('\n')
}

function cell(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
