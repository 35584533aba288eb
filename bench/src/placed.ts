import { freePorts } from '@voxkeep/deployment'
import type { BenchOptions } from './bench-options.ts'
import type { BenchReport } from './bench-report.ts'
import { phase, roundReport, watchRound } from './load-round.ts'
import { openWorld, type World } from './world.ts'

const callerId = '+12133734253'
const number = '+12025550142'
const plenty = 1_000_000

/** The gateway calls the load generator: through the app's echo, or in pairs that it bridges. */
export async function placed(options: BenchOptions): Promise<BenchReport> {
  const bridged = options.scenario === 'bridged'
  const [port = 0] = await freePorts(1)
  await using world = await openWorld(options, {
    adjust({ apps, trunks }) {
      const outbound = {
        host: '127.0.0.1',
        port,
        caFile: 'tls/ca.pem',
        maxCalls: plenty,
        callsPerSecond: 10_000,
      }
      Object.assign(trunks[0] ?? {}, { outbound })
      const limits = { concurrent: plenty, perMinute: plenty, minutesPerDay: plenty }
      const dialing = { trunks: ['phones'], callerIds: [callerId], countries: ['US'], limits }
      Object.assign(apps[0] ?? {}, { dialing })
    },
  })
  const { certFile, keyFile } = world.deployment.app
  const load = await world.load({ answer: { port, certFile, keyFile, bridged } })
  await phase(load, 'ramp')
  // Without actions the app is asked, and gives a stream with the token that it wants to see.
  const actions = bridged ? { actions: [{ type: 'dial', to: number }] } : {}
  const placingP95Ms = await placeAll(world, options, { to: number, ...actions })
  const usage = await watchRound(world, load)
  return { ...(await roundReport(load, usage)), placingP95Ms }
}

/** Places calls at the agreed rate; of each bridged pair the gateway dials the second leg itself. How long they took to be on record. */
async function placeAll(world: World, options: BenchOptions, call: object): Promise<number> {
  const count = options.scenario === 'bridged' ? Math.ceil(options.calls / 2) : options.calls
  const startMs = performance.now()
  const tookMs: number[] = []
  const places: Promise<void>[] = []
  for (let index = 0; index < count; index += 1) {
    const dueMs = startMs + (index * 1_000) / options.ratePerSecond
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())))
    const askedMs = performance.now()
    places.push(world.api.place(call).then(() => void tookMs.push(performance.now() - askedMs)))
  }
  await Promise.all(places)
  return Math.round(tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.95)] ?? 0)
}
