import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { openDatabase } from '#db'
import {
  certificates,
  disk,
  examineAll,
  keeping,
  machine,
  names,
  peers,
  ports,
  speaks,
  type Examination,
  type Finding,
} from '#doctor'
import {
  ConfigError,
  keyPlaceOf,
  loadConfig,
  readSecret,
  silentLog,
  systemClock,
  systemTenant,
  tenantsOf,
  type Config,
} from '#kernel'
import { openKeyProviders } from '#keys/providers'
import { referencesIn } from '#secrets'
import { egressGuard, httpsClient, type HttpsClient } from '#webhook'
import { databaseOptions } from './database-options.ts'
import { lateSeal } from './late-seal.ts'
import { openSecretBook } from './open-secret-book.ts'

/** Looks at everything that a gateway with this configuration needs; changes nothing. Never rejects: what is wrong is a finding. */
export async function examineDeployment(configPath: string): Promise<readonly Finding[]> {
  let config: Config
  try {
    config = loadConfig(configPath)
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults : [String(error)]
    const todo = 'Mend that line; docs/configuration.md has every setting.'
    return faults.map((found) => ({ about: 'configuration', state: 'fault', found, todo }))
  }
  const read: Finding = { about: 'configuration', state: 'fine', found: `${configPath} is understood` }
  const isRunning = await answers(config)
  const running: Finding[] = isRunning
    ? [{ about: 'gateway', state: 'fine', found: 'one runs here and answers: its ports are not tried' }]
    : []
  using client = httpsClient({ guard: egressGuard(config.egress), clock: systemClock })
  const examined = await examineAll(config, examinations(config, isRunning, client), systemClock)
  return [read, ...running, ...examined]
}

function examinations(config: Config, isRunning: boolean, client: HttpsClient): readonly Examination[] {
  return [
    machine,
    disk,
    ...(isRunning ? [] : [ports]),
    certificates(systemClock),
    names,
    speaks(process.env['PATH'] ?? ''),
    keeping({ secrets: () => readSecrets(config), open: () => openKept(config) }),
    peers({ client, now: () => systemClock.now() }),
  ]
}

async function readSecrets(config: Config): Promise<number> {
  await using _book = await openSecretBook(config, { clock: systemClock, log: silentLog })
  return new Set(referencesIn(config)).size
}

async function openKept(config: Config) {
  const database = await lookAtDatabase(config)
  return { database, keys: await lookAtKeys(config) }
}

/** A server is asked; the embedded one is not opened, since that would bring its tables up to date. */
async function lookAtDatabase(config: Config): Promise<string> {
  if (config.database.kind !== 'postgresql') {
    const isThere = existsSync(join(config.dataDir, 'postgres'))
    return isThere ? `embedded, in ${config.dataDir}` : `embedded; it is made at the first start`
  }
  await using secrets = await openSecretBook(
    config,
    { clock: systemClock, log: silentLog },
    referencesIn(config.database),
  )
  const options = databaseOptions(config, systemClock, secrets.read)
  await using _database = await openDatabase({ ...options, log: silentLog, seal: lateSeal() })
  return `the server at ${config.database.hosts.join(', ')} takes us, and its tables are of this version`
}

async function lookAtKeys(config: Config): Promise<string> {
  const keyringFile = join(config.dataDir, 'keyring.json')
  const deps = {
    clock: systemClock,
    random: { bytes: nodeRandomBytes },
    log: silentLog,
    readSecret,
    keyringFile,
  }
  await using stack = new AsyncDisposableStack()
  const providers = stack.use(await openKeyProviders(config.keys.providers, deps))
  const places = [systemTenant, ...tenantsOf(config)].map((tenant) => keyPlaceOf(config, tenant))
  const kinds = new Set<string>()
  for (const { provider: id, key } of places) {
    const provider = providers.get(id)
    if (provider === undefined) throw new TypeError(`there is no key provider "${id}"`)
    kinds.add(provider.kind)
    await provider.describe(key)
  }
  return `${places.length} tenants’ keys can be had (${[...kinds].join(', ')})`
}

/** Whether a gateway answers where this one would, and shows the very certificate that is configured: the name it was made for is not this address. */
function answers({ api }: Config): Promise<boolean> {
  // A certificate that is not there is told of by the examination of certificates.
  if (api === undefined || !existsSync(api.tls.certFile)) return Promise.resolve(false)
  const host = api.host === '0.0.0.0' || api.host === '::' ? '127.0.0.1' : api.host
  const trust = {
    ca: readFileSync(api.tls.certFile, 'utf8'),
    allowPartialTrustChain: true,
    checkServerIdentity: () => undefined,
  }
  return new Promise((resolve) => {
    const asked = request(
      { host, port: api.port, path: '/v1/health', ...trust, timeout: 2_000, agent: false },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode === 200)
      },
    )
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
    asked.end()
  })
}
