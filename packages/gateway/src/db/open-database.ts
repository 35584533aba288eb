import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Log } from '#kernel'
import { startDatabaseThread } from './connection.ts'
import { threadDialect } from './dialect.ts'
import { lockDirectory } from './directory-lock.ts'
import { DbError } from './error.ts'
import { migrationProvider } from './migrations.ts'
import type { Schema } from './schema.ts'

/** Seals personal columns; `context` names table, column and row. `open` throws when the text is not what was sealed there. */
export interface FieldSeal {
  seal(text: string, context: string): string
  open(sealed: string, context: string): string
}

export interface Database extends AsyncDisposable {
  readonly kysely: Kysely<Schema>
  readonly seal: FieldSeal
  /** Resolves, with why, if the database dies unasked. Everything that must be remembered then fails, so stop. */
  readonly lost: Promise<DbError>
  /** Frees what deleted rows take and renews statistics: the embedded server has no background worker for it. Run it now and then. */
  maintain(): Promise<void>
}

/**
 * Opens the embedded PostgreSQL under `<dir>/postgres` in a thread of its own, making and migrating it as needed. What
 * a query committed is on disk (fsync) when its promise resolves. Rejects with `DbError`: `DB_LOCKED`, `DB_FAILED`.
 */
export async function openDatabase(o: {
  readonly dir: string
  readonly log: Log
  readonly seal: FieldSeal
}): Promise<Database> {
  mkdirSync(o.dir, { recursive: true, mode: 0o700 })
  chmodSync(o.dir, 0o700) // the files inside are made with the process's umask
  await using stack = new AsyncDisposableStack()
  stack.use(lockDirectory(join(o.dir, 'postgres.lock')))
  const connection = await startDatabaseThread({ dir: join(o.dir, 'postgres') })
  stack.defer(() => connection.close())
  const kysely = new Kysely<Schema>({ dialect: threadDialect(connection) })
  await migrate(kysely, o.log)
  const owned = stack.move()
  return {
    kysely,
    seal: o.seal,
    lost: connection.lost,
    maintain: async () => void (await sql`vacuum (analyze)`.execute(kysely)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function migrate(kysely: Kysely<Schema>, log: Log): Promise<void> {
  const { error, results } = await new Migrator({ db: kysely, provider: migrationProvider }).migrateToLatest()
  if (error !== undefined) throw new DbError('DB_FAILED', 'the database cannot be migrated', { cause: error })
  const applied = results?.map((result) => result.migrationName) ?? []
  if (applied.length > 0) log.info('database migrated', { applied })
}
