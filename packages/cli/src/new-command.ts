import { writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { writeApp } from '#new'
import { createDeployment } from '@voxkeep/deployment'
import { Command } from 'commander'
import { writeToken } from './init-command.ts'
import { progress, result } from './output.ts'
import { sdkFolder } from './paths.ts'
import { run } from './run.ts'

interface Options {
  readonly sipPort: string
  readonly apiPort: string
  readonly appPort: string
  readonly install: boolean
  readonly json?: true
}

export function newCommand(): Command {
  return new Command('new')
    .description('Make a new app, with a gateway of its own, in a new folder.')
    .argument('<folder>', 'where')
    .option('--sip-port <port>', 'SIP over TLS', '5061')
    .option('--api-port <port>', 'REST API', '8443')
    .option('--app-port <port>', 'the app', '9443')
    .option('--no-install', 'do not run npm install')
    .option('--json', 'print JSON')
    .action(create)
}

async function create(name: string, options: Options): Promise<void> {
  const folder = resolve(name)
  const ports = { sip: Number(options.sipPort), api: Number(options.apiPort), app: Number(options.appPort) }
  progress(`making an app in ${folder}`)
  await writeApp(folder, sdkFolder)
  await createDeployment({ dir: join(folder, 'gateway'), ports })
  await writeSettings(join(folder, 'gateway/app.json'), ports.app)
  progress('making an API token')
  const gateway = join(folder, 'gateway')
  await writeToken(join(gateway, 'voxkeep.yaml'), gateway, ports.api)
  if (options.install) {
    progress('npm install')
    // Standard output is ours: npm's words go where progress goes.
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    const status = await run('npm', install, { cwd: folder, stdio: ['ignore', 2, 2] })
    if (status !== 0) throw new Error(`npm install failed. Everything else is made: run it in ${folder}.`)
  }
  const shown = relative(process.cwd(), folder) || '.'
  result({ folder, config: join(gateway, 'voxkeep.yaml') }, options.json ?? false, () => nextSteps(shown))
}

/** What the app listens with when it is started by itself: the certificate and the secret that its gateway expects. */
async function writeSettings(path: string, port: number): Promise<void> {
  const files = { certFile: 'tls/app.pem', keyFile: 'tls/app.key', secretFiles: ['secrets/webhook'] }
  await writeFile(path, `${JSON.stringify({ port, ...files }, undefined, 2)}\n`)
}

function nextSteps(folder: string): string {
  return `Made ${folder}. Next:
  1. call it                 ./voxkeep dev ${folder} --call
  2. work on it              ./voxkeep dev ${folder} --watch
Put your model into ${join(folder, 'src/talk.ts')}.`
}
