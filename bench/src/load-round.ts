import type { LoadReport } from '@voxkeep/softphone'
import { benchReport, type BenchReport, type GatewayUsage } from './bench-report.ts'
import type { Child } from './child.ts'
import { readUsage } from './process-usage.ts'
import { readThreads, threadsBetween } from './thread-usage.ts'
import type { World } from './world.ts'

/** Waits for the load generator's next measured interval and says what the gateway used in it, and how its audio came at the app. */
export async function watchRound({ gateway, idle, takeGaps }: World, load: Child): Promise<GatewayUsage> {
  await phase(load, 'steady')
  await takeGaps() // what came until now is not measured
  const startedMs = performance.now()
  const [from, threadsFrom] = await Promise.all([readUsage(gateway.pid), readThreads(gateway.pid)])
  await phase(load, 'ending')
  const wallSeconds = (performance.now() - startedMs) / 1_000
  const gaps = await takeGaps()
  const [to, threadsTo] = await Promise.all([readUsage(gateway.pid), readThreads(gateway.pid)])
  return { idle, from, to, wallSeconds, gaps, threads: threadsBetween(threadsFrom, threadsTo) }
}

/** CPU milliseconds that each call cost until all are up, from the start of a load generator that places them. */
export async function watchRamp({ gateway }: World, load: Child, calls: number) {
  await phase(load, 'ramp')
  const from = await readThreads(gateway.pid)
  await phase(load, 'up')
  const { main, database, media, helpers } = threadsBetween(from, await readThreads(gateway.pid))
  const each = (seconds: number) => Math.round((seconds * 100_000) / calls) / 100
  return {
    setupCpuMsPerCall: each(main + database + media + helpers),
    setupMainMsPerCall: each(main),
    setupDatabaseMsPerCall: each(database),
  }
}

/** The load generator's own view of a round, put beside the gateway's. */
export async function roundReport(load: Child, usage: GatewayUsage): Promise<BenchReport> {
  const { report } = (await load.line('report')) as unknown as { report: LoadReport }
  return benchReport(report, usage)
}

export async function phase(load: Child, wanted: string): Promise<void> {
  for (;;) {
    const line = await load.line('phase')
    if (line['phase'] === wanted) return
  }
}
