import { chmodSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createDeployment, runGatewayCommand } from '@voxkeep/deployment'
import { Command, Option } from 'commander'
import { connectionFileName, type ConnectionFile } from './connection.ts'
import { progress, result } from './output.ts'

interface InitOptions {
  readonly dir: string
  readonly webhook?: string
  readonly home?: string
  readonly address: string[]
  readonly trunk: string[]
  readonly sipPort: string
  readonly apiPort: string
  readonly appPort: string
  readonly json?: true
}

const echoOptionsName = 'echo.json'

const many = (value: string, before: string[]) => [...before, value]

export function initCommand(): Command {
  return new Command('init')
    .description('Make a configuration, certificates, a keyring and an API token in a new folder.')
    .option('-d, --dir <folder>', 'where', 'voxkeep')
    .option('--webhook <url>', 'your app’s HTTPS address (default: an app on this machine)')
    .addOption(
      new Option('--address <address>', 'address or name the gateway is reached at (again for more)')
        .argParser(many)
        .default([], 'this machine'),
    )
    .addOption(
      new Option('--trunk <cidr>', 'addresses that may call in (again for more)')
        .argParser(many)
        .default([], 'this machine'),
    )
    .option('--home <place>', 'where you are (DE, US-CA): whose rules for recording calls count for you')
    .option('--sip-port <port>', 'SIP over TLS', '5061')
    .option('--api-port <port>', 'REST API', '8443')
    .option('--app-port <port>', 'the example app', '9443')
    .option('--json', 'print JSON')
    .action(init)
}

async function init(options: InitOptions): Promise<void> {
  const dir = resolve(options.dir)
  progress(`making a deployment in ${dir}`)
  const ports = { sip: Number(options.sipPort), api: Number(options.apiPort), app: Number(options.appPort) }
  const deployment = await createDeployment({
    dir,
    ports,
    names: options.address,
    ...(options.address.length > 0 && { host: '0.0.0.0' }),
    ...(options.trunk.length > 0 && { trunkAddresses: options.trunk }),
    ...(options.webhook !== undefined && { webhookUrl: options.webhook }),
    ...(options.home !== undefined && { home: options.home.toUpperCase() }),
  })
  writeEchoOptions(dir, ports.app)
  progress('making the first API token')
  await writeToken(deployment.configPath, dir, ports.api)
  result({ dir, config: deployment.configPath, ca: deployment.caFile }, options.json ?? false, () =>
    nextSteps(dir, deployment.configPath, deployment.caFile),
  )
}

/** What the example app needs: it runs beside the gateway with the deployment's own certificate and webhook secret. */
function writeEchoOptions(dir: string, port: number): void {
  const options = {
    port,
    certFile: 'tls/app.pem',
    keyFile: 'tls/app.key',
    secretFiles: ['secrets/webhook'],
    record: true,
  }
  writeFileSync(join(dir, echoOptionsName), `${JSON.stringify(options, undefined, 2)}\n`)
}

/** Makes a token with every scope and leaves it, with the way to the API, for the other commands. */
export async function writeToken(configPath: string, dir: string, apiPort: number): Promise<void> {
  const text = await runGatewayCommand([
    'token',
    'create',
    '--config',
    configPath,
    '--name',
    'init',
    '--scopes',
    'all',
  ])
  const tokenFile = join(dir, 'secrets/api-token')
  writeFileSync(tokenFile, `${text}\n`, { mode: 0o600 })
  chmodSync(tokenFile, 0o600)
  const connection: ConnectionFile = {
    url: `https://127.0.0.1:${apiPort}`,
    tokenFile: 'secrets/api-token',
    caFile: 'tls/ca.pem',
  }
  writeFileSync(join(dir, connectionFileName), `${JSON.stringify(connection, undefined, 2)}\n`)
}

function nextSteps(dir: string, config: string, ca: string): string {
  return `Made ${config}. Next:
  1. run the example app     node examples/echo/src/main.ts --config ${join(dir, echoOptionsName)}
  2. run the gateway         ./voxkeep up --config ${config}
  3. call it                 ./voxkeep call --config ${config} --wav tools/softphone/assets/caller.wav --out heard.wav
Phones must trust ${ca}.
Keep data/keyring.json apart from your backups: who has both can listen.`
}
