import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CompiledQuery, Kysely, sql } from 'kysely'
import type { Log } from '#kernel'
import { startDatabaseThread } from './connection.ts'
import { threadSession } from './dialect.ts'
import { lockDirectory } from './directory-lock.ts'
import { migrate } from './migrate.ts'
import type { OpenedDatabase } from './open-database.ts'
import type { Schema } from './schema.ts'
import { appRole } from './scope.ts'

/** Opens the PostgreSQL inside this process, under `<dir>/postgres`, making and migrating it as needed. */
export async function openEmbedded(o: { readonly dir: string; readonly log: Log }): Promise<OpenedDatabase> {
  mkdirSync(o.dir, { recursive: true, mode: 0o700 })
  chmodSync(o.dir, 0o700) // the files inside are made with the process's umask
  await using stack = new AsyncDisposableStack()
  stack.use(lockDirectory(join(o.dir, 'postgres.lock')))
  const connection = await startDatabaseThread({ dir: join(o.dir, 'postgres') })
  stack.defer(() => connection.close())
  const session = threadSession(connection)
  const kysely = new Kysely<Schema>({ dialect: session.dialect() })
  await migrate(kysely, o.log)
  // The cluster's own user is a superuser, whom no policy holds.
  await sql.raw(`set role ${appRole}`).execute(kysely)
  const owned = stack.move()
  return {
    kysely,
    asTenant: (tenant) => new Kysely<Schema>({ dialect: session.dialect(tenant) }),
    isShared: false,
    jobs: {
      backend: 'pglite',
      async executeSql(text, values) {
        if (values === undefined || values.length === 0) return { rows: [...(await session.script(text))] }
        const { rows } = await kysely.executeQuery(CompiledQuery.raw(text, [...values]))
        return { rows }
      },
    },
    lost: connection.lost,
    load: () => ({ connections: 1, waiting: connection.waiting }),
    maintain: async () => void (await sql`vacuum (analyze)`.execute(kysely)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
