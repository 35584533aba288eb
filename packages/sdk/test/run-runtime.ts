import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const runtimes = ['node', 'deno', 'bun', 'workerd'] as const
export type Runtime = (typeof runtimes)[number]

/** The longest that a test waits for its runtime. */
export const installS = 300

const root = join(import.meta.dirname, '..', '..', '..')
const binaryOf = (runtime: Runtime) => join(root, '.runtimes/bin', runtime)

/** The `skip` of a runtime's test: how to get it, where it is missing and nobody insists. */
export function withoutRuntime(runtime: Runtime): string | false {
  const isThere = runtime === 'node' || existsSync(binaryOf(runtime))
  return isThere || process.env['CI'] !== undefined ? false : `missing: .ci/install-runtimes`
}

/** In CI they are fetched while other tests run: that may take a while where the registry is slow. */
async function installed(): Promise<void> {
  const isThere = () => existsSync(join(root, '.runtimes/installed'))
  for (let second = 0; process.env['CI'] !== undefined && !isThere() && second < installS; second++)
    await sleep(1_000)
}

export interface RunningApp extends AsyncDisposable {
  readonly port: number
}

/** Runs the echo app; resolves once it listens. Rejects with what it said when it does not. */
export async function runApp(runtime: Runtime, secret: string): Promise<RunningApp> {
  await installed()
  const port = await freePort()
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-runtime-'))
  const [command, args] = await commandOf(runtime, { port, secret, dir })
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: root })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => said.push(text.toString()))
  const stop = async () => {
    await end(child)
    await rm(dir, { recursive: true })
  }
  try {
    await listening(port, child)
  } catch (cause) {
    await stop()
    throw new Error(`${runtime} did not listen: ${said.join('')}`, { cause })
  }
  return { port, [Symbol.asyncDispose]: stop }
}

interface Place {
  readonly port: number
  readonly secret: string
  readonly dir: string
}

async function commandOf(runtime: Runtime, place: Place): Promise<[string, string[]]> {
  const program = join(import.meta.dirname, `serve-${runtime}.ts`)
  const args = [program, String(place.port), place.secret]
  switch (runtime) {
    case 'node':
      return [process.execPath, args]
    case 'deno':
      return [
        binaryOf(runtime),
        ['run', '--no-lock', '--cached-only', '--allow-net', '--allow-read', '--allow-env', ...args],
      ]
    case 'bun':
      return [binaryOf(runtime), ['run', ...args]]
    case 'workerd':
      return [binaryOf(runtime), ['serve', await workerConfig(place)]]
  }
}

/** What a bundler does for a Worker, without one: the modules, as JavaScript, under the names that they import each other by. */
async function workerConfig({ port, secret, dir }: Place): Promise<string> {
  const sources = globSync(join(root, 'packages/sdk/src/*.ts')).filter(
    (file) => !/\.test\.ts$|fake-/.test(file),
  )
  const files = [
    join(import.meta.dirname, 'serve-workers.ts'),
    join(import.meta.dirname, 'echo-app.ts'),
    ...sources,
  ]
  const modules: string[] = []
  for (const file of files) {
    const script = stripTypeScriptTypes(await readFile(file, 'utf8')).replaceAll(
      "'@voxkeep/sdk'",
      "'./index.ts'",
    )
    await writeFile(join(dir, basename(file)), script)
    modules.push(`(name = "${basename(file)}", esModule = embed "${basename(file)}")`)
  }
  const config = join(dir, 'config.capnp')
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(',\n    ')}],
  bindings = [(name = "SECRET", text = "${secret}")],
  compatibilityDate = "2026-01-01",
);
`,
  )
  return config
}

const listenWithinMs = 20_000

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (const untilMs = performance.now() + listenWithinMs; performance.now() < untilMs;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    if (await accepts(port)) return
    await sleep(50)
  }
  throw new Error('it took too long')
}

async function accepts(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
