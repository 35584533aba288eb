import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { program } from './counterpart.ts'
import { startProgram, type Program } from './program.ts'

export interface KamailioFiles {
  /** An empty folder for its configuration. */
  readonly folder: string
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

/** Starts a Kamailio with this configuration, which says `voxkeep: routing` once it takes calls. `tls.cfg` lies beside it. */
export async function runKamailio(files: KamailioFiles, configuration: string): Promise<Program> {
  const { folder } = files
  await mkdir(folder, { recursive: true })
  const config = join(folder, 'kamailio.cfg')
  await writeFile(join(folder, 'tls.cfg'), tlsText(files))
  await writeFile(config, configuration)
  const args = ['-f', config, '-DD', '-E', '-m', '64', '-M', '8', '-Y', folder, '-w', folder]
  const proxy = await startProgram({ command: program('kamailio'), args })
  try {
    await proxy.until(/voxkeep: routing/)
    return proxy
  } catch (error) {
    await proxy.stop()
    throw error
  }
}

/** It checks the certificates of those that it calls, and not of those that call it. */
function tlsText({ caFile, certFile, keyFile }: KamailioFiles): string {
  const common = [
    'method = TLSv1.2+',
    `private_key = ${keyFile}`,
    `certificate = ${certFile}`,
    `ca_list = ${caFile}`,
  ]
  const [server, client] = [
    [...common, 'verify_certificate = no'],
    [...common, 'verify_certificate = yes', 'require_certificate = yes'],
  ]
  return ['[server:default]', ...server, '[client:default]', ...client, ''].join('\n')
}
