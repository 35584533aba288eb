import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPki, type PemPair } from '@voxkeep/pki'
import { configDocument, type ConfigSource } from './config-document.ts'
import { DeploymentError } from './deployment-error.ts'
import { runGatewayCommand } from './gateway-command.ts'

export interface DeploymentPorts {
  readonly sip: number
  readonly api: number
  /** Where the app listens; unused when `webhookUrl` names another. */
  readonly app: number
  readonly rtpMin?: number
  readonly rtpMax?: number
}

export interface DeploymentOptions extends Partial<Omit<ConfigSource, 'ports' | 'appUsesOwnAuthority'>> {
  /** Made when it is missing; must not hold a deployment yet. */
  readonly dir: string
  readonly ports: DeploymentPorts
  /** More names and addresses for the certificates, beside `localhost` and the loopback addresses. */
  readonly names?: readonly string[]
  readonly days?: number
  /** Writes a new keyring to `path`. Default: the gateway's own `keyring create`. */
  readonly createKeyring?: (path: string) => Promise<void>
}

/** Where everything of a deployment lies; `*File` are absolute paths. */
export interface Deployment {
  readonly dir: string
  readonly configPath: string
  readonly dataDir: string
  readonly caPem: string
  readonly caFile: string
  readonly webhookUrl: string
  readonly webhookSecret: string
  readonly webhookSecretFile: string
  /** The certificate for the app's own server. */
  readonly app: { readonly certFile: string; readonly keyFile: string; readonly port: number }
}

const loopback = ['127.0.0.1/32', '::1/128']
const secretBytes = 32 // Standard Webhooks asks for 24 to 64

/**
 * Writes a complete deployment below `dir`: configuration, an authority and its certificates, secrets (mode 0600) and a
 * keyring. The authority's key is not kept. Throws `DeploymentError` `DEPLOYMENT_EXISTS` and touches nothing when there
 * is a configuration already.
 */
export async function createDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { dir, ports } = options
  const deployment = layout(options)
  for (const folder of [dir, join(dir, 'tls'), join(dir, 'secrets'), deployment.dataDir]) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  }
  await writeConfig(deployment.configPath, {
    host: '127.0.0.1',
    trunkAddresses: loopback,
    allowPrivate: loopback,
    ...options,
    webhookUrl: deployment.webhookUrl,
    ports: { rtpMin: 20_000, rtpMax: 29_999, ...ports },
    appUsesOwnAuthority: options.webhookUrl === undefined,
  })
  await writePrivate(deployment.webhookSecretFile, deployment.webhookSecret)
  const caPem = await writeCertificates(dir, options)
  await (options.createKeyring ?? gatewayKeyring)(join(deployment.dataDir, 'keyring.json'))
  return { ...deployment, caPem }
}

function layout(options: DeploymentOptions): Omit<Deployment, 'caPem'> {
  const { dir, ports } = options
  return {
    dir,
    configPath: join(dir, 'voxkeep.yaml'),
    dataDir: join(dir, 'data'),
    caFile: join(dir, 'tls/ca.pem'),
    webhookUrl: options.webhookUrl ?? `https://127.0.0.1:${ports.app}/voxkeep`,
    webhookSecret: `whsec_${randomBytes(secretBytes).toString('base64')}`,
    webhookSecretFile: join(dir, 'secrets/webhook'),
    app: { certFile: join(dir, 'tls/app.pem'), keyFile: join(dir, 'tls/app.key'), port: ports.app },
  }
}

async function writeConfig(path: string, source: ConfigSource): Promise<void> {
  try {
    await writeFile(path, configDocument(source), { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw new DeploymentError('DEPLOYMENT_EXISTS', 'there is a configuration already', path, { cause })
  }
}

async function writeCertificates(dir: string, options: DeploymentOptions): Promise<string> {
  const days = options.days ?? 365
  const pki = await createPki({ days })
  const names = ['localhost', '127.0.0.1', '::1', ...(options.names ?? [])]
  await writeFile(join(dir, 'tls/ca.pem'), pki.caPem, { mode: 0o644 })
  for (const name of ['sip', 'api', 'app']) {
    await writePair(join(dir, 'tls', name), await pki.issue(names, { days }))
  }
  return pki.caPem
}

async function writePair(stem: string, pair: PemPair): Promise<void> {
  await writeFile(`${stem}.pem`, pair.certPem, { mode: 0o644 })
  await writePrivate(`${stem}.key`, pair.keyPem)
}

function writePrivate(path: string, text: string): Promise<void> {
  return writeFile(path, text, { mode: 0o600 })
}

async function gatewayKeyring(path: string): Promise<void> {
  await runGatewayCommand(['keyring', 'create', '--file', path])
}
