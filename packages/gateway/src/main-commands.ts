import { join } from 'node:path'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { isScope, openTokens, scopes, type Scope } from '#access'
import { openAudit } from '#audit'
import { auditStore, dialUsageStore, openDatabase, tokenStore } from '#db'
import {
  ConfigError,
  loadConfig,
  readSecret,
  Secret,
  silentLog,
  systemClock,
  type AppId,
  type Config,
  type Random,
  type TenantId,
} from '#kernel'
import { createKeyring, openKeyring } from '#vault'

export const usage = `node packages/gateway/src/main.ts --config FILE               run the gateway
  keyring create --file FILE [--passphrase env:NAME]          make a new keyring
  token create --config FILE --name NAME --scopes A,B|all [--days N]   make an API token while the gateway is stopped
  dialing lift --config FILE --app ID                         let an app call again that an anomaly stopped, while the gateway is stopped
  config-reference                                            print docs/configuration.md
`

const random: Random = { bytes: nodeRandomBytes }

export async function createKeyringFile(file: string, passphrase: string | undefined): Promise<void> {
  await createKeyring(file, {
    random,
    clock: systemClock,
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

/** What remembers, of a gateway that is not running. */
async function openStopped(config: Config) {
  await using stack = new AsyncDisposableStack()
  const keys = await openKeyring(config.vault.keyringFile ?? join(config.dataDir, 'keyring.json'), {
    passphrase: config.vault.passphrase === undefined ? undefined : readSecret(config.vault.passphrase),
    random,
  })
  const seal = keys.fieldSeal()
  const database = stack.use(await openDatabase({ dir: config.dataDir, log: silentLog, seal }))
  const numberKey = new Secret(keys.hmacKey('audit numbers'))
  const store = auditStore(database)
  const audit = await openAudit({ store, clock: systemClock, log: silentLog, numberKey })
  const owned = stack.move()
  return { keys, database, audit, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Makes an API token in the database of a gateway that is not running; returns its text, the only copy. */
export async function createTokenText(
  configPath: string,
  o: {
    readonly name?: string | undefined
    readonly scopes?: string | undefined
    readonly days?: string | undefined
  },
): Promise<string> {
  await using memory = await openStopped(loadConfig(configPath))
  const { keys, database, audit } = memory
  const tokens = openTokens({
    store: tokenStore(database),
    pepper: new Secret(keys.hmacKey('api tokens')),
    clock: systemClock,
    random,
  })
  const wanted = parseScopes(o.scopes ?? '')
  const tenant = 'default' as TenantId
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
