import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createDeployment,
  createToken,
  freePorts,
  gatewayMain,
  type Deployment,
  type DeploymentOptions,
} from '@voxkeep/deployment'
import type { GapFigures } from '@voxkeep/example-echo'
import type { BenchOptions } from './bench-options.ts'
import { startChild, type Child } from './child.ts'
import { gatewayApi, type GatewayApi } from './gateway-api.ts'
import { readUsage, type ProcessUsage } from './process-usage.ts'

export interface WorldOptions extends Pick<DeploymentOptions, 'adjust'> {
  readonly rtp?: { readonly rtpMin: number; readonly rtpMax: number }
}

/** A gateway and an app of its own, as processes that run. */
export interface World extends AsyncDisposable {
  readonly deployment: Deployment
  readonly gateway: Child
  readonly sipPort: number
  readonly api: GatewayApi
  /** How far apart the messages of a call's audio came at the app, since this was last asked. */
  takeGaps(): Promise<GapFigures>
  /** Before the first call. */
  readonly idle: ProcessUsage
  /** Starts a load generator with these options beside those that every one has. */
  load(options: object): Promise<Child>
}

const echoMain = fileURLToPath(import.meta.resolve('@voxkeep/example-echo/main'))
const loadMain = fileURLToPath(import.meta.resolve('@voxkeep/softphone/load-main'))

/** Makes a deployment in a folder of its own and starts it. */
export async function openWorld(options: BenchOptions, more: WorldOptions = {}): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const dir = stack.adopt(await mkdtemp(join(tmpdir(), 'voxkeep-bench-')), (path) =>
    rm(path, { recursive: true }),
  )
  const [sip = 0, api = 0, app = 0] = await freePorts(3)
  const deployment = await deploy(dir, { sip, api, app, ...(more.rtp ?? ownRange()) }, options, more)
  const token = await createToken(deployment.configPath, 'bench')
  const echo = stack.use(startChild([echoMain, '--config', await echoConfig(deployment, options)]))
  await echo.line('ready')
  const profile = options.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`] : []
  const gateway = stack.use(startChild([...profile, gatewayMain, '--config', deployment.configPath]))
  await gateway.line('ready')
  const client = stack.use(gatewayApi({ port: api, ca: deployment.caPem, token }))
  const idle = await readUsage(gateway.pid)
  const owned = stack.move()
  return {
    deployment,
    gateway,
    sipPort: sip,
    api: client,
    async takeGaps() {
      process.kill(echo.pid, 'SIGUSR2')
      const { gaps } = await echo.line('gaps')
      return gaps as GapFigures
    },
    idle,
    load: async (load) => owned.use(startChild([loadMain, await loadConfig(deployment, sip, options, load)])),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Two benches at once would else begin at the same ports. */
function ownRange() {
  return { rtpMin: 20_000 + 100 * (process.pid % 50), rtpMax: 29_999 }
}

function deploy(
  dir: string,
  ports: DeploymentOptions['ports'],
  { workers, ffi }: BenchOptions,
  { adjust }: WorldOptions,
): Promise<Deployment> {
  return createDeployment({
    dir,
    ports,
    logLevel: 'warn',
    ...(workers !== undefined && { workers }),
    adjust(settings) {
      if (ffi) settings.media['ffi'] = true
      adjust?.(settings)
    },
  })
}

async function echoConfig(deployment: Deployment, { record, wire }: BenchOptions): Promise<string> {
  const { certFile, keyFile, port } = deployment.app
  const config = { port, certFile, keyFile, secretFiles: [deployment.webhookSecretFile], record, wire }
  return writeJson(join(deployment.dir, 'echo.json'), config)
}

async function loadConfig(
  deployment: Deployment,
  port: number,
  { calls, seconds, ratePerSecond, suite, churnMs }: BenchOptions,
  load: object,
): Promise<string> {
  const to = { host: '127.0.0.1', port, caFile: deployment.caFile, from: '+15550100', to: '+15550199' }
  const all = { ...to, calls, seconds, ratePerSecond, suite, churnMs, ...load }
  return writeJson(join(deployment.dir, 'load.json'), all)
}

export async function writeJson(path: string, value: object): Promise<string> {
  await writeFile(path, JSON.stringify(value), { mode: 0o600 })
  return path
}
