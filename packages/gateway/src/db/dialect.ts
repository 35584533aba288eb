import {
  CompiledQuery,
  PGliteAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { Connection } from './connection.ts'

/** Kysely over the database thread. There is one session, so whoever holds the connection has it alone. */
export function threadDialect(connection: Connection): Dialect {
  return {
    createAdapter: () => new PGliteAdapter(),
    createDriver: () => threadDriver(connection),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

function threadDriver(connection: Connection): Driver {
  const session: DatabaseConnection = {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, affected } = await connection.query(sql, parameters)
      return { rows: rows as R[], ...(affected !== undefined && { numAffectedRows: BigInt(affected) }) }
    },
    // eslint-disable-next-line require-yield -- the interface demands a generator; nobody here streams
    async *streamQuery() {
      throw new Error('streaming queries are not supported')
    },
  }
  const run = async (sql: string) => void (await session.executeQuery(CompiledQuery.raw(sql)))
  let last: Promise<void> = Promise.resolve()
  let release: (() => void) | undefined
  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      const previous = last
      const turn = Promise.withResolvers<void>()
      last = turn.promise
      await previous
      release = turn.resolve
      return session
    },
    async releaseConnection() {
      release?.()
    },
    beginTransaction: () => run('begin'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    destroy: () => connection.close(),
  }
}
