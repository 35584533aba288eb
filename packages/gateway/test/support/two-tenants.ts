import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runGatewayCommand } from '@voxkeep/deployment'
import { commands, createClient, type Scope, type VoxkeepClient } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { runCli, type CliRun } from './cli.ts'
import { startGateway, type GatewayProcess, type Settings } from './gateway-process.ts'
import { sayWhen } from './say-when.ts'
import { spoken } from './spoken.ts'

/** A gateway with two tenants, and what both of them do with it. */
export interface TwoTenants extends AsyncDisposable {
  readonly gateway: GatewayProcess
  readonly default: Tenant
  readonly rival: Tenant
}

export interface Tenant {
  readonly api: VoxkeepClient
  /** Whether a call is turned away. */
  isRefused(to: string): Promise<boolean>
  /** Runs the command line with its token. */
  cli(...args: readonly string[]): Promise<CliRun>
  /** A call of about so many seconds that asks to be recorded; the id of the recording that the app was told of. */
  record(to: string, seconds: number, end?: 'recording.completed' | 'recording.failed'): Promise<string>
}

const passphrase = 'Passphrase-Marker-42-of-the-keyring'
const usualScopes: readonly Scope[] = [
  'calls:read',
  'recordings:read',
  'recordings:delete',
  'keys:read',
  'keys:write',
  'keys:destroy',
]

/** The second tenant's calls come from 127.0.0.2. Keys are rechecked every second; the keyring has a passphrase. */
export async function twoTenants(
  configure?: (settings: Settings) => void,
  scopes: readonly Scope[] = usualScopes,
): Promise<TwoTenants> {
  await using stack = new AsyncDisposableStack()
  const gateway = stack.use(
    await startGateway({
      decide: (_, url) => [commands.record(), commands.stream(url)],
      scopes,
      async prepare(dir) {
        const file = join(dir, 'data/keyring.json')
        await rm(file)
        process.env['VOXKEEP_TEST_PASSPHRASE'] = passphrase
        await runGatewayCommand([
          'keyring',
          'create',
          '--file',
          file,
          '--passphrase',
          'env:VOXKEEP_TEST_PASSPHRASE',
        ])
      },
      configure(settings) {
        const [trunk, app] = [settings.trunks[0], settings.apps[0]]
        settings.trunks.push({
          ...trunk,
          id: 'rival',
          tenant: 'rival',
          app: 'rival',
          allowedAddresses: ['127.0.0.2/32'],
        })
        settings.apps.push({ ...app, id: 'rival', tenant: 'rival' })
        settings['keys'] = {
          recheckMs: 1_000,
          providers: [{ id: 'local', kind: 'local', passphrase: 'env:VOXKEEP_TEST_PASSPHRASE' }],
        }
        configure?.(settings)
      },
    }),
  )
  await gateway.stop()
  const rivals = await runGatewayCommand([
    'token',
    'create',
    '--config',
    gateway.deployment.configPath,
    '--tenant',
    'rival',
    '--scopes',
    scopes.join(','),
  ])
  await gateway.restart()
  const said = spoken(4)
  const baseUrl = `https://127.0.0.1:${gateway.apiPort}`
  const tenant = (token: string, localAddress: string): Tenant => ({
    api: createClient({ baseUrl, token }),
    isRefused: (to) => isRefused({ gateway, to, localAddress }),
    cli: (...args) => runCli({ ...gateway, token }, ...args),
    record: (to, seconds, end = 'recording.completed') =>
      recordCall({ gateway, to, seconds, said, localAddress, end }),
  })
  const owned = stack.move()
  return {
    gateway,
    default: tenant(gateway.token, '127.0.0.1'),
    rival: tenant(rivals.trim(), '127.0.0.2'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What the deployment's keyring is unlocked with, to look for it elsewhere. */
export const keyringPassphrase = passphrase

async function isRefused({ gateway, to, localAddress }: Omit<RecordedCall, 'said' | 'seconds' | 'end'>) {
  const { answered } = await placeCall({
    host: '127.0.0.1',
    port: gateway.sipPort,
    localAddress,
    ca: gateway.deployment.caPem,
    from: '+12025550142',
    to,
    hangupAfterMs: 500,
  })
  return !answered
}

interface RecordedCall {
  readonly gateway: GatewayProcess
  readonly to: string
  readonly seconds: number
  readonly said: Int16Array
  readonly localAddress: string
  readonly end: string
}

async function recordCall(o: RecordedCall): Promise<string> {
  const { gateway, to, localAddress } = o
  const call = gateway.app.call(to)
  const hangUp = new AbortController()
  const calling = placeCall({
    host: '127.0.0.1',
    port: gateway.sipPort,
    localAddress,
    ca: gateway.deployment.caPem,
    from: '+12025550142',
    to,
    speech: sayWhen(call.stream(), o.said),
    signal: hangUp.signal,
  })
  await (await call.stream()).heard(o.seconds)
  hangUp.abort()
  await calling
  const { recording_id: id } = await call.told(o.end)
  return String(id)
}
