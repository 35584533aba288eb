import type { BenchOptions } from './bench-options.ts'
import type { BenchReport } from './bench-report.ts'
import { steady } from './steady.ts'

export interface RampReport {
  readonly scenario: 'ramp'
  readonly suite: string
  readonly seconds: number
  readonly steps: readonly BenchReport[]
}

/** One number of calls after the other, each with a gateway that knows of no other. */
export async function ramp(options: BenchOptions): Promise<RampReport> {
  const steps: BenchReport[] = []
  for (const calls of options.steps) steps.push(await steady({ ...options, calls }))
  return { scenario: 'ramp', suite: options.suite, seconds: options.seconds, steps }
}
