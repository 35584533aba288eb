import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createClient, type VoxkeepClient } from '@voxkeep/sdk'
import type { Command } from 'commander'

/** How `init` leaves word for the other commands: where the API is, and which files prove who is who. */
export interface ConnectionFile {
  readonly url: string
  readonly tokenFile: string
  readonly caFile: string
}
export const connectionFileName = 'client.json'

export interface ConnectionOptions {
  readonly config: string
  readonly url?: string
  readonly tokenFile?: string
  readonly ca?: string
  readonly json?: true
}

/** Adds the options that every command needs which speaks to a running gateway. */
export function withConnection(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration beside which "init" left client.json', 'voxkeep.yaml')
    .option('--url <url>', 'the gateway’s API (or VOXKEEP_URL)', process.env['VOXKEEP_URL'])
    .option('--token-file <file>', 'file that holds the API token (or VOXKEEP_TOKEN holds it)')
    .option('--ca <file>', 'authority of the API’s certificate (or VOXKEEP_CA)', process.env['VOXKEEP_CA'])
    .option('--json', 'print JSON')
}

/** A client for the gateway that the options, the environment or `client.json` name, in that order. */
export function connect(options: ConnectionOptions): VoxkeepClient {
  const file = connectionFile(options.config)
  const url = options.url ?? file?.url
  if (url === undefined)
    throw new Error(
      `which gateway? Give --url and --token-file, or --config with the file that "voxkeep init" made.`,
    )
  const ca = options.ca ?? file?.caFile
  if (ca !== undefined) setDefaultCACertificates([...getCACertificates('default'), readFileSync(ca, 'utf8')])
  return createClient({ baseUrl: url, token: readToken(options.tokenFile ?? file?.tokenFile) })
}

/** Where the gateway's live page is. */
export function pageAddress(options: ConnectionOptions): string {
  const url = options.url ?? connectionFile(options.config)?.url
  if (url === undefined)
    throw new Error('which gateway? Give --url, or --config with the file that "voxkeep init" made.')
  return new URL('/console/', url).href
}

function readToken(file: string | undefined): string {
  if (file !== undefined) return readFileSync(file, 'utf8').trim()
  const token = process.env['VOXKEEP_TOKEN']
  if (token === undefined) throw new Error('no API token: give --token-file, or set VOXKEEP_TOKEN')
  return token
}

function connectionFile(config: string): ConnectionFile | undefined {
  const dir = dirname(resolve(config))
  try {
    const file = JSON.parse(readFileSync(join(dir, connectionFileName), 'utf8')) as ConnectionFile
    return { url: file.url, tokenFile: resolve(dir, file.tokenFile), caFile: resolve(dir, file.caFile) }
  } catch {
    return undefined
  }
}
