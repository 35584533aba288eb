import { CompiledQuery, Kysely } from 'kysely'
import type { Clock, Log, PostgresqlConfig } from '#kernel'
import { migrateServer, requireMigrated } from './migrate.ts'
import { takePlace } from './node-place.ts'
import type { OpenedDatabase } from './open-database.ts'
import type { ReadPassword } from './pg-connect.ts'
import { serverDialect } from './pg-dialect.ts'
import { openPool, type ServerPool } from './pg-pool.ts'
import { sessionOf } from './pg-session.ts'
import type { Schema } from './schema.ts'

/** A PostgreSQL server, and what using it takes. */
export interface DatabaseServer {
  readonly config: PostgresqlConfig
  readonly readPassword: ReadPassword
  readonly clock: Clock
}

/** Connects to the server, migrates it when its owner is configured, and takes this node's place in it. */
export async function openServer(
  o: DatabaseServer & { readonly node: string; readonly log: Log },
): Promise<OpenedDatabase> {
  await using stack = new AsyncDisposableStack()
  const { owner, tls, hosts } = o.config
  if (tls.mode === 'dangerouslyAllowPlaintext' && hosts.some((host) => !host.startsWith('/')))
    o.log.warn('the database is spoken to in clear, as the configuration allows')
  if (owner !== undefined) await migrateServer({ ...o, owner })
  const pool = openPool(o)
  stack.defer(() => pool.close())
  const kysely = new Kysely<Schema>({ dialect: serverDialect(pool) })
  await requireMigrated(kysely)
  const place = stack.use(await takePlace(o))
  void place.lost.then((why) => pool.giveUp(why))
  const owned = stack.move()
  return {
    kysely,
    asTenant: (tenant) => new Kysely<Schema>({ dialect: serverDialect(pool, tenant) }),
    isShared: true,
    jobs: {
      backend: 'postgres',
      async executeSql(text, values = []) {
        if (values.length === 0) return { rows: [...(await script(pool, text))] }
        const { rows } = await kysely.executeQuery(CompiledQuery.raw(text, [...values]))
        return { rows }
      },
    },
    lost: place.lost,
    load: () => pool.load(),
    maintain: () => Promise.resolve(), // the server's autovacuum does it
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function script(pool: ServerPool, text: string): Promise<readonly unknown[]> {
  const session = sessionOf(await pool.acquire(), undefined)
  try {
    return await session.script(text)
  } finally {
    session.release()
  }
}
