import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createDeployment } from '@voxkeep/deployment'
import type { BenchOptions } from './bench-options.ts'
import { rounded } from './bench-report.ts'
import { startChild } from './child.ts'
import { readUsage } from './process-usage.ts'
import { writeJson } from './world.ts'

export interface FloorReport {
  readonly scenario: 'floor'
  readonly calls: number
  readonly seconds: number
  readonly lossPercent: number
  /** Of one core, with the socket calls of a call and nothing else. */
  readonly corePercentPerCall: number
}

const floorMain = fileURLToPath(import.meta.resolve('./floor-main.ts'))
const peerMain = fileURLToPath(import.meta.resolve('./floor-peer-main.ts'))
const settleMs = 2_000

/** What the machine and Node charge for a call's packets, whatever is done with them: below this no gateway in Node comes. */
export async function floor({ calls, seconds }: BenchOptions): Promise<FloorReport> {
  await using stack = new AsyncDisposableStack()
  const dir = stack.adopt(await mkdtemp(join(tmpdir(), 'voxkeep-bench-')), (path) =>
    rm(path, { recursive: true }),
  )
  const { app, caFile } = await createDeployment({ dir, ports: { sip: 1, api: 1, app: 1 } })
  const peer = stack.use(startChild([peerMain, await writeJson(join(dir, 'peer.json'), app)]))
  const { port } = await peer.line('port')
  const config = await writeJson(join(dir, 'floor.json'), { calls, appPort: port, caFile })
  const stub = stack.use(startChild([floorMain, config]))
  const { ports } = await stub.line('ports')
  peer.tell(ports)
  await sleep(settleMs)
  const from = await readUsage(stub.pid)
  const startedMs = performance.now()
  await sleep(seconds * 1_000)
  const [to, wallSeconds] = [await readUsage(stub.pid), (performance.now() - startedMs) / 1_000]
  process.kill(peer.pid, 'SIGTERM')
  const { sent, returned } = await peer.line('sent')
  return {
    scenario: 'floor',
    calls,
    seconds: rounded(wallSeconds),
    lossPercent: rounded(100 * (1 - Number(returned) / Math.max(1, Number(sent)))),
    corePercentPerCall: rounded((100 * (to.cpuSeconds - from.cpuSeconds)) / wallSeconds / calls),
  }
}
