import type { BenchOptions } from './bench-options.ts'
import type { BenchReport } from './bench-report.ts'
import { roundReport, watchRound } from './load-round.ts'
import { readUsage } from './process-usage.ts'
import { trend, type Trend } from './trend.ts'
import { openWorld, type World } from './world.ts'

export interface SoakReport {
  readonly scenario: 'soak'
  readonly minutes: number
  readonly load: BenchReport
  /** What could grow, as sampled through the measured time but for its first tenth, in which a process warms up. */
  readonly trends: Readonly<Record<string, Trend>>
}

type Sample = Readonly<Record<string, number>>

/** Looked at every so often; a minute in long runs. */
const samplesWanted = 60
const longestIntervalMs = 60_000

/** What is watched, by the name of its metric, and what it is called in the report. */
const watched: readonly (readonly [name: string, metric: RegExp])[] = [
  ['heapMb', /^voxkeep_nodejs_heap_size_used_bytes$/],
  ['externalMb', /^voxkeep_nodejs_external_memory_bytes$/],
  ['descriptors', /^voxkeep_process_open_fds$/],
  ['handles', /^voxkeep_nodejs_active_handles_total$/],
  ['resources', /^voxkeep_nodejs_active_resources_total$/],
  ['timers', /^voxkeep_nodejs_active_resources\{type="Timeout"\}$/],
  ['calls', /^voxkeep_calls_active$/],
  ['dialogs', /^voxkeep_sip_dialogs$/],
  ['transactions', /^voxkeep_sip_transactions$/],
  ['connections', /^voxkeep_sip_connections$/],
]

/** Keeps calls up while some end and others begin, for minutes, and tells whether anything grows. */
export async function soak(options: BenchOptions): Promise<SoakReport> {
  const seconds = options.minutes * 60
  await using world = await openWorld(options)
  const load = await world.load({ seconds, churnMs: options.churnMs ?? aboutAMinute(options) })
  const everyMs = Math.min(longestIntervalMs, (seconds * 1_000) / samplesWanted)
  const samples: Sample[] = []
  const sampling = sampleEvery(world, everyMs, samples)
  const usage = await watchRound(world, load)
  await sampling.stop()
  const report = await roundReport(load, usage)
  return { scenario: 'soak', minutes: options.minutes, load: report, trends: trendsOf(samples, everyMs) }
}

/** Each call lasts about a minute. */
function aboutAMinute({ calls }: BenchOptions): number {
  return Math.round(60_000 / calls)
}

export function trendsOf(samples: readonly Sample[], everyMs: number): Record<string, Trend> {
  const warm = samples.slice(Math.ceil(samples.length / 10))
  const names = Object.keys(warm[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [
      name,
      trend(
        warm.map((sample) => sample[name] ?? 0),
        everyMs,
      ),
    ]),
  )
}

function sampleEvery(world: World, everyMs: number, samples: Sample[]) {
  let last: Promise<void> = Promise.resolve()
  const take = async () => {
    try {
      samples.push(await sampleOf(world))
    } catch {
      // A gateway that is too busy to answer is judged by the samples beside this one.
    }
  }
  const timer = setInterval(() => (last = take()), everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await last
    },
  }
}

async function sampleOf({ gateway, api }: World): Promise<Sample> {
  const [{ rssMb }, metrics] = await Promise.all([readUsage(gateway.pid), api.metrics()])
  const found = watched.flatMap(([name, pattern]) => {
    const values = [...metrics].filter(([metric]) => pattern.test(metric)).map(([, value]) => value)
    if (values.length === 0) return []
    const value = values.reduce((sum, one) => sum + one, 0)
    return [[name, name.endsWith('Mb') ? value / 1_048_576 : value] as const]
  })
  return { rssMb, ...Object.fromEntries(found) }
}
