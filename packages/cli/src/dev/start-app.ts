import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram, type Program } from '#demo'
import type { App } from './app-of.ts'
import type { DevDeployment } from './dev-deployment.ts'

export interface StartOptions {
  readonly app: App
  readonly dir: string
  readonly nodeFlags: readonly string[]
  readonly mock: boolean
  readonly watch: boolean
  readonly tell: (text: string) => void
}

/** What the app is to be started with, from its stand-in; nothing where none is wanted. */
export async function startMock(
  options: StartOptions,
  programs: AsyncDisposableStack,
): Promise<Record<string, string>> {
  const { app, dir, tell, nodeFlags } = options
  if (!options.mock) return {}
  if (app.mock === undefined)
    throw new Error(`${app.folder} has no stand-in: its package.json names no "voxkeep": { "mock" }`)
  tell('starting what stands in for the model')
  const mock = programs.use(
    await startProgram({
      name: 'mock',
      args: [...nodeFlags, app.mock],
      logFile: join(dir, 'mock.log'),
      cwd: app.folder,
    }),
  )
  return (mock.ready['env'] ?? {}) as Record<string, string>
}

interface AppParts {
  readonly deployment: DevDeployment
  readonly appPort: number
  readonly env: Record<string, string>
  readonly programs: AsyncDisposableStack
}

export async function startApp(options: StartOptions, parts: AppParts): Promise<Program> {
  const { app, dir, tell, nodeFlags, watch } = options
  const { deployment, appPort, env, programs } = parts
  const settings = {
    port: appPort,
    publicUrl: `https://127.0.0.1:${deployment.port}`,
    certFile: deployment.certFile,
    keyFile: deployment.keyFile,
    secretFiles: [join(deployment.folder, 'secrets/webhook')],
  }
  const config = join(dir, 'app.json')
  await writeFile(config, JSON.stringify(settings), { mode: 0o600 })
  tell('starting the app')
  return programs.use(
    await startProgram({
      name: 'app',
      args: [
        ...nodeFlags,
        ...(watch ? ['--watch', '--watch-preserve-output'] : []),
        app.main,
        '--config',
        config,
      ],
      logFile: join(dir, 'app.log'),
      cwd: app.folder,
      env,
      onLine: (line) => tell(`app │ ${line}`),
    }),
  )
}
