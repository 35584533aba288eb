import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'

export interface CallTarget {
  readonly host: string
  readonly port: number
  /** PEM; absent: the system's authorities. */
  readonly ca?: string
}

export interface TargetOptions {
  readonly config?: string
  readonly host?: string
  readonly port?: string
  readonly ca?: string
}

/**
 * Where a test call goes. What is given by name wins; the rest comes from the deployment's configuration: the port of its
 * first SIP listener, and the authority that `init` left beside it. Throws an `Error` for a person to read.
 */
export function callTarget(options: TargetOptions): CallTarget {
  const deployment = options.config === undefined ? undefined : readDeployment(resolve(options.config))
  const host = options.host ?? deployment?.host
  const port = options.port === undefined ? deployment?.port : Number(options.port)
  if (host === undefined || port === undefined) {
    throw new Error('call whom? Give --config with the file that "voxkeep init" made, or --host and --port.')
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error('--port is a number up to 65535')
  const caFile = options.ca ?? deployment?.caFile
  return { host, port, ...(caFile !== undefined && { ca: readCa(caFile) }) }
}

const everyAddress = new Set(['0.0.0.0', '::'])

function readDeployment(config: string): { host: string; port: number; caFile: string } {
  const document = parse(readText(config)) as
    | { sip?: { listen?: { host?: string; port?: number }[] } }
    | undefined
  const listener = document?.sip?.listen?.[0]
  if (listener === undefined) throw new Error(`${config} has no SIP listener (sip.listen)`)
  const { host = '0.0.0.0', port = 5061 } = listener
  return {
    host: everyAddress.has(host) ? '127.0.0.1' : host,
    port,
    caFile: join(dirname(config), 'tls/ca.pem'),
  }
}

function readCa(file: string): string {
  const text = readText(file)
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${file} holds no PEM certificate`)
  return text
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`${file} cannot be read`, { cause })
  }
}
