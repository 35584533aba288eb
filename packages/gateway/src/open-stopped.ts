import { nodeRandomBytes } from '@voxkeep/wire/node'
import { openDatabase } from '#db'
import { silentLog, systemClock, type Config, type Random } from '#kernel'
import { referencesIn } from '#secrets'
import { databaseOptions } from './database-options.ts'
import { lateSeal } from './late-seal.ts'
import { openAuditLogs } from './open-audit-logs.ts'
import { openKeys } from './open-keys.ts'
import { openSecretBook } from './open-secret-book.ts'

const random: Random = { bytes: nodeRandomBytes }

/** What remembers, of a gateway that is not running. */
export async function openStopped(config: Config) {
  await using stack = new AsyncDisposableStack()
  const seal = lateSeal()
  // Only what is needed here: a Vault that is away keeps nobody from making a token.
  const needed = referencesIn([config.database, config.objects])
  const secrets = stack.use(await openSecretBook(config, { clock: systemClock, log: silentLog }, needed))
  const options = databaseOptions(config, systemClock, secrets.read)
  const database = stack.use(await openDatabase({ ...options, log: silentLog, seal }))
  const deps = { clock: systemClock, random, log: silentLog, database, onEvent: () => {}, count: () => {} }
  const keys = stack.use(await openKeys(config, deps))
  seal.fit(keys.fieldSeal)
  const { audit } = openAuditLogs(config, { database, keys, clock: systemClock, log: silentLog })
  const owned = stack.move()
  const { read } = secrets
  return { keys, database, audit, readSecret: read, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
