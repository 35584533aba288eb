import type { BenchOptions } from './bench-options.ts'
import { toAppFigures, type BenchReport } from './bench-report.ts'
import { roundReport, watchRamp, watchRound } from './load-round.ts'
import { openWorld } from './world.ts'

const lookedAt = 50 // calls whose own statistics are asked for

/** Calls through an app that echoes: what they cost, lose and take. */
export async function steady(options: BenchOptions): Promise<BenchReport> {
  await using world = await openWorld(options)
  const load = await world.load({})
  const setup = await watchRamp(world, load, options.calls)
  const usage = await watchRound(world, load)
  const report = await roundReport(load, usage)
  return { ...report, ...setup, ...toAppFigures(await world.api.toApp(lookedAt)) }
}
