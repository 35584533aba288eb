import { stringify } from 'yaml'

export interface ConfigSource {
  readonly host: string
  readonly ports: {
    readonly sip: number
    readonly api: number
    readonly rtpMin: number
    readonly rtpMax: number
  }
  readonly trunkAddresses: readonly string[]
  readonly allowPrivate: readonly string[]
  readonly webhookUrl: string
  /** The app's certificate chains to the deployment's own authority, not to the system's. */
  readonly appUsesOwnAuthority: boolean
  /** Where the deployment is, for the rules of consent: `DE`, `US-CA`. */
  readonly home?: string
  readonly workers?: number
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Changes the settings before they are written. */
  readonly adjust?: (settings: ConfigSettings) => void
}

type Fields = Record<string, unknown>

/** A configuration as it is written. */
export interface ConfigSettings extends Fields {
  readonly media: Fields
  readonly apps: Fields[]
  readonly trunks: Fields[]
}

const heading = `# Voxkeep configuration. Paths are relative to this file; secrets are given by reference ("file:" or "env:").
# The gateway checks it at start and says, line by line, what it does not understand.
`

/** The text of a configuration file that the gateway accepts as it stands. */
export function configDocument(source: ConfigSource): string {
  const written = settings(source)
  source.adjust?.(written)
  return heading + stringify(written, { lineWidth: 110 })
}

const certificate = (name: string) => ({ certFile: `tls/${name}.pem`, keyFile: `tls/${name}.key` })

function settings(source: ConfigSource): ConfigSettings {
  const { host, ports } = source
  return {
    dataDir: 'data',
    sip: { listen: [{ host, port: ports.sip, tls: certificate('sip') }] },
    media: {
      host,
      portMin: ports.rtpMin,
      portMax: ports.rtpMax,
      ...(source.workers !== undefined && { workers: source.workers }),
    },
    api: { host, port: ports.api, tls: certificate('api') },
    apps: [app(source)],
    trunks: [{ id: 'phones', app: 'app', allowedAddresses: source.trunkAddresses }],
    egress: { allowPrivate: source.allowPrivate },
    ...consentOf(source),
    ...(source.logLevel !== undefined && { log: { level: source.logLevel } }),
  }
}

/** What is only tried out has phones with names instead of numbers, which say of nobody where they are. */
function consentOf({ home, appUsesOwnAuthority }: ConfigSource): Fields {
  if (home !== undefined) return { consent: { home } }
  return appUsesOwnAuthority ? { consent: { unknown: 'one-party' } } : {}
}

function app(source: ConfigSource): Fields {
  const trust = source.appUsesOwnAuthority ? { caFile: 'tls/ca.pem' } : {}
  return {
    id: 'app',
    webhook: { url: source.webhookUrl, secrets: ['file:secrets/webhook'], ...trust },
    ...(source.appUsesOwnAuthority && { stream: trust }),
  }
}
