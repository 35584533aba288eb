import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchOptions } from './bench-options.ts'
import type { BenchReport } from './bench-report.ts'
import { startChild, type Child } from './child.ts'
import { roundReport, watchRound } from './load-round.ts'
import { openWorld, writeJson, type World } from './world.ts'

export interface FloodReport {
  readonly scenario: 'flood'
  /** The same calls before, during and after. */
  readonly steps: readonly BenchReport[]
  /** What the flood brought to the gateway. */
  readonly sent: Readonly<Record<string, number>>
}

const floodMain = fileURLToPath(import.meta.resolve('./flood-main.ts'))
const rtpMin = 22_000
/** Ports rest before they are used again, so there are more than are in use. */
const portsPerCall = 4
const rounds = 3

/** Calls that are up, before, while and after strangers flood the gateway from other addresses of this machine. */
export async function flood(options: BenchOptions): Promise<FloodReport> {
  const rtpMax = rtpMin + options.calls * portsPerCall + 100
  await using world = await openWorld(options, { rtp: { rtpMin, rtpMax } })
  const load = await world.load({ rounds })
  const usages = [await watchRound(world, load)]
  let sent: Record<string, unknown>
  {
    await using strangers = await startFlood(world, rtpMax)
    usages.push(await watchRound(world, load))
    sent = await stopFlood(strangers)
  }
  usages.push(await watchRound(world, load))
  const steps: BenchReport[] = []
  for (const usage of usages) steps.push(await roundReport(load, usage))
  return { scenario: 'flood', steps, sent: sent as Record<string, number> }
}

async function startFlood({ deployment, sipPort }: World, rtpMax: number): Promise<Child> {
  const config = { sipPort, rtpMin, rtpMax }
  const child = startChild([floodMain, await writeJson(join(deployment.dir, 'flood.json'), config)])
  await child.line('flooding')
  return child
}

async function stopFlood(child: Child): Promise<Record<string, unknown>> {
  process.kill(child.pid, 'SIGTERM')
  const { sent } = await child.line('sent')
  return sent as Record<string, unknown>
}
