import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'

export interface DevTarget {
  readonly host: string
  readonly port: number
  readonly ca?: string
  /** Where the gateway expects its app. */
  readonly appPort: number
}

interface Document {
  readonly sip?: { readonly listen?: readonly { readonly port?: number }[] }
  readonly apps?: readonly { readonly webhook?: { readonly url?: string } }[]
}

/** Where the gateway of a deployment on this machine is called, and where it expects its app. Throws an `Error` for a person to read. */
export function callTarget(config: string): DevTarget {
  const { sip, apps } = parse(readFileSync(config, 'utf8')) as Document
  const url = new URL(apps?.[0]?.webhook?.url ?? 'https://invalid')
  if (url.hostname !== '127.0.0.1' || url.pathname !== '/voxkeep')
    throw new Error(`${config} has its app elsewhere: "voxkeep dev" wants https://127.0.0.1:PORT/voxkeep`)
  const ca = readFileSync(join(dirname(config), 'tls/ca.pem'), 'utf8')
  return { host: '127.0.0.1', port: sip?.listen?.[0]?.port ?? 5_061, ca, appPort: Number(url.port || 443) }
}
