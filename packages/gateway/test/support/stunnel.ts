import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { program } from './counterpart.ts'
import { startProgram } from './program.ts'

export interface StunnelOptions {
  readonly folder: string
  readonly acceptPort: number
  readonly gatewayPort: number
  readonly caFile: string
  /** Address it calls from. Default 127.0.0.1. */
  readonly from?: string
}

/** A TLS client that lends its TLS to programs without: what connects to `acceptPort` reaches the gateway, its certificate checked. */
export async function startStunnel(options: StunnelOptions): Promise<AsyncDisposable> {
  const file = join(options.folder, 'stunnel.conf')
  const lines = [
    'foreground = yes',
    'pid =',
    '[gateway]',
    'client = yes',
    `accept = 127.0.0.1:${options.acceptPort}`,
    `local = ${options.from ?? '127.0.0.1'}`,
    `connect = 127.0.0.1:${options.gatewayPort}`,
    `CAfile = ${options.caFile}`,
    'verifyChain = yes',
    'checkIP = 127.0.0.1',
    '',
  ]
  await writeFile(file, lines.join('\n'))
  const stunnel = await startProgram({ command: program('stunnel4'), args: [file] })
  await stunnel.until(/Configuration successful/)
  return stunnel
}
