import { nodeRandomBytes } from '@voxkeep/wire/node'
import { isScope, openTokens, scopes, type Scope } from '#access'
import { dialUsageStore, tokenStore } from '#db'
import {
  ConfigError,
  loadConfig,
  readSecret,
  Secret,
  systemClock,
  systemTenant,
  tenantsOf,
  type AppId,
  type Random,
  type TenantId,
} from '#kernel'
import { createKeyring } from '#keys'
import { openStopped } from './open-stopped.ts'

export const usage = `node packages/gateway/src/main.ts --config FILE               run the gateway
  doctor --config FILE                                        look at everything a gateway needs, and say what to do
  keyring create --file FILE [--passphrase env:NAME]          make a new keyring
  migrate --config FILE [--user NAME --password env:NAME]     bring a PostgreSQL server's tables up to date, as their owner
  token create --config FILE --name NAME --scopes A,B|all [--days N] [--tenant ID]   make an API token while the gateway is stopped
  dialing lift --config FILE --app ID                         let an app call again that an anomaly stopped, while the gateway is stopped
  retention plan --config FILE [--tenant ID] [--by TIME]      say what its policies would delete, while the gateway is stopped
  backup --config FILE                                        make a backup while the gateway is stopped
  restore --config FILE [--id BACKUP] [--erased FILE]         bring a backup back onto an empty machine; default: the newest
  recording keys --config FILE --id RECORDING                 print a recording's wrapped keys, to open it by another program (docs/formats.md), while the gateway is stopped
  speech try --config FILE --engine ID --file WAV [--language TAG]   let a speech engine hear a file
  voices try --config FILE --text TEXT --file WAV [--voice ID] [--language TAG]   let a voice say a text into a file
  config-reference                                            print docs/configuration.md
`

const random: Random = { bytes: nodeRandomBytes }

export async function createKeyringFile(file: string, passphrase: string | undefined): Promise<void> {
  await createKeyring(file, {
    random,
    passphrase: passphrase === undefined ? undefined : readSecret(passphrase),
  })
}

/** Lets an app call again that an anomaly stopped; for a gateway that is not running. */
export async function liftDialing(configPath: string, app: string): Promise<void> {
  const config = loadConfig(configPath)
  const known = config.apps.find(({ id }) => id === app)
  if (known === undefined) throw new ConfigError([`there is no app "${app}"`])
  await using memory = await openStopped(config)
  const { audit, database } = memory
  const tenant = known.tenant as TenantId
  await audit.append({ type: 'dial.lifted', tenant, actor: 'operator', fields: { app } })
  await dialUsageStore(database).lift(app as AppId)
}

/** Makes an API token in the database of a gateway that is not running; returns its text, the only copy. */
export async function createTokenText(
  configPath: string,
  o: {
    readonly name?: string | undefined
    readonly scopes?: string | undefined
    readonly days?: string | undefined
    readonly tenant?: string | undefined
  },
): Promise<string> {
  const config = loadConfig(configPath)
  if (o.tenant !== undefined && !tenantsOf(config).includes(o.tenant as TenantId))
    throw new ConfigError([`there is no tenant "${o.tenant}"`])
  await using memory = await openStopped(config)
  const tenant = (o.tenant ?? 'default') as TenantId
  const { keys, database, audit } = memory
  const tokens = openTokens({
    store: tokenStore(database),
    pepper: new Secret(keys.hmacKey(systemTenant, 'api tokens')),
    clock: systemClock,
    random,
  })
  const wanted = parseScopes(o.scopes ?? '')
  await audit.append({
    type: 'token.creating',
    tenant,
    actor: 'operator',
    fields: { name: o.name ?? 'operator', scopes: wanted.join(',') },
  })
  const expiry = o.days === undefined ? {} : { expiresInMs: Number(o.days) * 86_400_000 }
  const { text } = await tokens.issueToken({ name: o.name ?? 'operator', tenant, scopes: wanted, ...expiry })
  return text.reveal()
}

function parseScopes(text: string): Scope[] {
  if (text === 'all') return [...scopes]
  const wanted = text.split(',')
  if (!wanted.every(isScope)) throw new ConfigError([`--scopes takes "all" or some of ${scopes.join(',')}`])
  return wanted
}
