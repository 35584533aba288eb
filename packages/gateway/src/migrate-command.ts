import { migrateServer } from '#db'
import { ConfigError, loadConfig, openLog, systemClock } from '#kernel'
import { openSecretBook } from './open-secret-book.ts'

/**
 * Brings a PostgreSQL server's tables up to date, as their owner: the one of the configuration, or another, whom the gateway then
 * never needs to know. Throws `ConfigError`; rejects with `DbError`.
 */
export async function migrateDatabase(
  configPath: string,
  o: { readonly user?: string | undefined; readonly password?: string | undefined },
): Promise<void> {
  const config = loadConfig(configPath)
  const { database } = config
  if (database.kind !== 'postgresql')
    throw new ConfigError(['the embedded database is brought up to date when the gateway starts'])
  const owner = o.user === undefined ? database.owner : { user: o.user, password: o.password }
  if (owner === undefined)
    throw new ConfigError(['say who owns the tables: --user NAME --password env:NAME, or database.owner'])
  const log = openLog('info', (line) => void process.stderr.write(line))
  const references = owner.password === undefined ? [] : [owner.password]
  await using secrets = await openSecretBook(config, { clock: systemClock, log }, references)
  await migrateServer({ config: database, owner, readPassword: secrets.read, log })
}
