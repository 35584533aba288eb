import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { Pool } from 'pg'
import type { Log, PostgresqlConfig } from '#kernel'
import { migrationProvider } from '#db/migrations'
import { DbError } from './error.ts'
import { connectError, connectTo, type As, type ReadPassword } from './pg-connect.ts'
import type { Schema } from './schema.ts'

/** Brings the tables up to date, each step in a transaction. Rejects with `DbError`. */
export async function migrate(kysely: Kysely<Schema>, log: Log): Promise<void> {
  const { error, results } = await new Migrator({ db: kysely, provider: migrationProvider }).migrateToLatest()
  if (error !== undefined) throw new DbError('DB_FAILED', 'the database cannot be migrated', { cause: error })
  const applied = results?.map((result) => result.migrationName) ?? []
  if (applied.length > 0) log.info('database migrated', { applied })
}

/**
 * Brings a server's tables up to date as their owner, on the first host that takes writes. Several nodes may do it at once: the
 * migrator holds an advisory lock. Rejects with `DbError`.
 */
export async function migrateServer(o: {
  readonly config: PostgresqlConfig
  readonly owner: As
  readonly readPassword: ReadPassword
  readonly log: Log
}): Promise<void> {
  let failure = new DbError('DB_UNAVAILABLE', 'the database server cannot be reached')
  for (const host of o.config.hosts) {
    await using stack = new AsyncDisposableStack()
    const pool = new Pool({ ...connectTo(host, o.config, o.owner, o.readPassword), max: 2 })
    stack.defer(() => pool.end())
    pool.on('error', () => {}) // what was under way rejects
    const standby = await pool
      .query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
      .then(({ rows }) => rows[0]?.standby !== false)
      .catch((error: unknown) => connectError(error))
    if (standby === false)
      return await migrate(new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) }), o.log)
    if (standby !== true) failure = standby
  }
  throw failure
}

/** Rejects with `DbError` (`DB_REFUSED`) unless the tables are exactly as new as this gateway. */
export async function requireMigrated(kysely: Kysely<Schema>): Promise<void> {
  const wanted = Object.keys(await migrationProvider.getMigrations())
  const found = await sql<{ name: string }>`select name from kysely_migration order by name`
    .execute(kysely)
    .then(({ rows }) => rows.map(({ name }) => name))
    .catch((error: unknown) => {
      if (error instanceof DbError && /^42(?:P01|501)$/.test(error.sqlState ?? '')) return []
      throw error
    })
  const isSame = wanted.length === found.length && wanted.every((name, index) => found[index] === name)
  if (!isSame)
    throw new DbError(
      'DB_REFUSED',
      found.length > wanted.length
        ? 'the tables of the database are newer than this gateway'
        : 'the tables of the database are not up to date: run "voxkeep migrate", or set database.owner',
    )
}
