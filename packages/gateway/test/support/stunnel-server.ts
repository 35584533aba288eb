import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PemPair } from '@voxkeep/pki'
import { program } from './counterpart.ts'
import { startProgram } from './program.ts'

export interface StunnelServerOptions {
  readonly folder: string
  readonly acceptPort: number
  /** Where the program listens that has no TLS of its own. */
  readonly plainPort: number
  readonly certificate: PemPair
}

/** A TLS server that lends its TLS to a program without, which is reached through `acceptPort`. */
export async function startStunnelServer(options: StunnelServerOptions): Promise<AsyncDisposable> {
  const file = join(options.folder, 'stunnel-server.conf')
  const certFile = join(options.folder, 'stunnel-server.pem')
  const { certPem, keyPem } = options.certificate
  await writeFile(certFile, `${certPem}\n${keyPem}\n`, { mode: 0o600 })
  const lines = [
    'foreground = yes',
    'pid =',
    '[callee]',
    `accept = 127.0.0.1:${options.acceptPort}`,
    `connect = 127.0.0.1:${options.plainPort}`,
    `cert = ${certFile}`,
    '',
  ]
  await writeFile(file, lines.join('\n'))
  const stunnel = await startProgram({ command: program('stunnel4'), args: [file] })
  await stunnel.until(/Configuration successful/)
  return stunnel
}
