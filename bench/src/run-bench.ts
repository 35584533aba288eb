import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDeployment, freePorts, gatewayMain, type Deployment } from '@voxkeep/deployment'
import type { LoadReport } from '@voxkeep/softphone'
import type { BenchOptions } from './bench-options.ts'
import { benchReport, type BenchReport, type GatewayUsage } from './bench-report.ts'
import { startChild, type Child } from './child.ts'
import { readUsage } from './process-usage.ts'

const echoMain = fileURLToPath(import.meta.resolve('@voxkeep/example-echo/main'))
const loadMain = fileURLToPath(import.meta.resolve('@voxkeep/softphone/load-main'))

/** Runs gateway, echo app and load generator as processes of their own, and measures the gateway's. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  await using stack = new AsyncDisposableStack()
  const dir = stack.adopt(await mkdtemp(join(tmpdir(), 'voxkeep-bench-')), (path) =>
    rm(path, { recursive: true }),
  )
  const { deployment, sipPort } = await deploy(dir, options)
  const echo = stack.use(startChild([echoMain, '--config', await echoConfig(deployment, options)]))
  await echo.line('ready')
  const profile = options.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`] : []
  const gateway = stack.use(startChild([...profile, gatewayMain, '--config', deployment.configPath]))
  await gateway.line('ready')
  const idle = await readUsage(gateway.pid)
  const load = stack.use(startChild([loadMain, await loadConfig(deployment, sipPort, options)]))
  const usage = await measure(gateway, load)
  const { report } = (await load.line('report')) as unknown as { report: LoadReport }
  return benchReport(report, { idle, ...usage })
}

async function deploy(
  dir: string,
  options: BenchOptions,
): Promise<{ deployment: Deployment; sipPort: number }> {
  const [sip = 0, api = 0, app = 0] = await freePorts(3)
  const { workers } = options
  const deployment = await createDeployment({
    dir,
    ports: { sip, api, app },
    logLevel: 'warn',
    ...(workers !== undefined && { workers }),
  })
  return { deployment, sipPort: sip }
}

async function echoConfig(deployment: Deployment, { record }: BenchOptions): Promise<string> {
  const { certFile, keyFile, port } = deployment.app
  const config = { port, certFile, keyFile, secretFiles: [deployment.webhookSecretFile], record }
  return writeJson(join(deployment.dir, 'echo.json'), config)
}

async function loadConfig(deployment: Deployment, port: number, options: BenchOptions): Promise<string> {
  const { calls, seconds, ratePerSecond, suite } = options
  const to = { host: '127.0.0.1', port, caFile: deployment.caFile, from: '+15550100', to: '+15550199' }
  return writeJson(join(deployment.dir, 'load.json'), { ...to, calls, seconds, ratePerSecond, suite })
}

async function measure(gateway: Child, load: Child): Promise<Omit<GatewayUsage, 'idle'>> {
  await phase(load, 'steady')
  const startedMs = performance.now()
  const from = await readUsage(gateway.pid)
  await phase(load, 'ending')
  const wallSeconds = (performance.now() - startedMs) / 1_000
  return { from, to: await readUsage(gateway.pid), wallSeconds }
}

async function phase(load: Child, wanted: string): Promise<void> {
  for (;;) {
    const line = await load.line('phase')
    if (line['phase'] === wanted) return
  }
}

async function writeJson(path: string, value: object): Promise<string> {
  await writeFile(path, JSON.stringify(value), { mode: 0o600 })
  return path
}
