import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  createDeployment,
  freePorts,
  gatewayMain,
  runGatewayCommand,
  type Deployment,
} from '@voxkeep/deployment'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { createClient, type Scope, type VoxkeepClient } from '@voxkeep/sdk'
import { parse, stringify } from 'yaml'
import { createKeyring } from '#keys'
import { layCluster } from '#src/db/test-cluster.ts'
import { startApp, type App, type AppOptions } from './app.ts'
import { claimMediaPorts, type MediaPorts } from './media-ports.ts'
import { startProgram, type Exit, type Program } from './program.ts'

/** The parts of a configuration file that tests change. */
export interface Settings {
  trunks: Record<string, unknown>[]
  apps: Record<string, unknown>[]
  [section: string]: unknown
}

export interface GatewayOptions extends Pick<AppOptions, 'decide' | 'intercept' | 'sounds' | 'takeStream'> {
  /** Changes the configuration before the gateway reads it. */
  readonly configure?: (settings: Settings) => void
  /** Puts files beside the configuration before the gateway reads it. */
  readonly prepare?: (dir: string) => Promise<void>
  readonly logLevel?: 'debug' | 'info' | 'warn'
  /** Makes an API token with these scopes before the start. */
  readonly scopes?: readonly Scope[]
}

/** A gateway in a process of its own, with its app in ours, in a folder that goes away with it. */
export interface GatewayProcess extends AsyncDisposable {
  readonly deployment: Deployment
  readonly sipPort: number
  readonly apiPort: number
  readonly mediaPorts: MediaPorts
  readonly app: App
  /** Empty when no scopes were asked for; `api` acts with it. */
  readonly token: string
  readonly api: VoxkeepClient
  /** The one that runs now. */
  readonly process: Program
  /** An empty folder for a phone's files. */
  folder(): Promise<string>
  /** Asks it to end in good order. */
  stop(): Promise<Exit>
  /** Ends it as a power cut would: kill -9. */
  kill(): Promise<Exit>
  /** Starts it again over what it left. */
  restart(): Promise<void>
}

/** A port that was free a moment ago may be somebody's by the time that it is bound: then all of it is tried again, with others. */
export async function startGateway(options: GatewayOptions = {}): Promise<GatewayProcess> {
  for (let attempt = 1; ; attempt++)
    try {
      return await startOnce(options)
    } catch (error) {
      if (attempt === attempts || !String(error).includes('EADDRINUSE')) throw error
    }
}

const attempts = 3

async function startOnce(options: GatewayOptions): Promise<GatewayProcess> {
  await using stack = new AsyncDisposableStack()
  const mediaPorts = stack.use(await claimMediaPorts())
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-e2e-'))
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  const [sipPort = 0, apiPort = 0, appPort = 0] = await freePorts(3)
  const deployment = await createDeployment({
    dir,
    ports: {
      sip: sipPort,
      api: apiPort,
      app: appPort,
      rtpMin: mediaPorts.gateway.min,
      rtpMax: mediaPorts.gateway.max,
    },
    logLevel: options.logLevel ?? 'info',
    // As the gateway's own command does, without the second of computing that its start takes.
    createKeyring: (path) => createKeyring(path, { random: { bytes: nodeRandomBytes } }),
  })
  await options.prepare?.(dir)
  await configure(deployment.configPath, options.configure)
  await layEmbedded(deployment)
  const token = await createToken(deployment, options.scopes ?? [])
  const app = stack.use(await startApp({ ...(await appOptions(deployment)), ...options }))
  let gateway = await run(deployment)
  stack.defer(async () => void (await gateway.stop()))
  const owned = stack.move()
  return {
    deployment,
    sipPort,
    apiPort,
    mediaPorts,
    app,
    token,
    api: apiClient(deployment, apiPort, token),
    get process() {
      return gateway
    },
    folder: () => mkdtemp(join(dir, 'phone-')),
    stop: () => gateway.stop(),
    kill: () => gateway.stop('SIGKILL'),
    async restart() {
      gateway = await run(deployment)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function run(deployment: Deployment): Promise<Program> {
  const args = ['--disable-warning=ExperimentalWarning', gatewayMain, '--config', deployment.configPath]
  const gateway = await startProgram({ command: process.execPath, args })
  try {
    await gateway.until(/^\{"ready":true.*\}$/m, 30_000)
    return gateway
  } catch (error) {
    await gateway.stop()
    throw error
  }
}

async function configure(path: string, change: GatewayOptions['configure']): Promise<void> {
  if (change === undefined) return
  const settings = parse(await readFile(path, 'utf8')) as Settings
  change(settings)
  await writeFile(path, stringify(settings))
}

/** Where the configuration asks for no database server. */
async function layEmbedded({ configPath, dataDir }: Deployment): Promise<void> {
  const { database } = parse(await readFile(configPath, 'utf8')) as { database?: unknown }
  if (database === undefined) await layCluster(dataDir)
}

async function createToken(deployment: Deployment, scopes: readonly Scope[]): Promise<string> {
  if (scopes.length === 0) return ''
  const what = ['--name', 'test', '--scopes', scopes.join(',')]
  return runGatewayCommand(['token', 'create', '--config', deployment.configPath, ...what])
}

function apiClient({ caPem }: Deployment, port: number, token: string): VoxkeepClient {
  setDefaultCACertificates([...getCACertificates('default'), caPem])
  return createClient({ baseUrl: `https://127.0.0.1:${port}`, token })
}

async function appOptions({ app, webhookSecret }: Deployment) {
  const [cert, key] = await Promise.all([readFile(app.certFile, 'utf8'), readFile(app.keyFile, 'utf8')])
  return { port: app.port, cert, key, secret: webhookSecret }
}
