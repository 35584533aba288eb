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

/**
 * Kysely over the database thread. There is one session: single statements share it, in the order they come, and a transaction
 * has it alone from `begin` to its end.
 */
export function threadDialect(connection: Connection): Dialect {
  return {
    createAdapter: () => new PGliteAdapter(),
    createDriver: () => threadDriver(connection),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

function threadDriver(connection: Connection): Driver {
  const turns = transactionTurns()
  const sessionOf = (): DatabaseConnection => {
    const session: DatabaseConnection = {
      async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
        await turns.mine(session)
        const { rows, affected } = await connection.query(sql, parameters)
        return { rows: rows as R[], ...(affected !== undefined && { numAffectedRows: BigInt(affected) }) }
      },
      // eslint-disable-next-line require-yield -- the interface demands a generator; nobody here streams
      async *streamQuery() {
        throw new Error('streaming queries are not supported')
      },
    }
    return session
  }
  const run = async (session: DatabaseConnection, sql: string) =>
    void (await session.executeQuery(CompiledQuery.raw(sql)))
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(sessionOf()),
    releaseConnection: () => Promise.resolve(),
    async beginTransaction(session) {
      await turns.take(session)
      await run(session, 'begin').catch((error: unknown) => {
        turns.end(session)
        throw error
      })
    },
    commitTransaction: (session) => run(session, 'commit').finally(() => turns.end(session)),
    rollbackTransaction: (session) => run(session, 'rollback').finally(() => turns.end(session)),
    destroy: () => connection.close(),
  }
}

/** Whose transaction is open; everybody else waits for its end. */
function transactionTurns() {
  let holder: { readonly session: DatabaseConnection; readonly over: PromiseWithResolvers<void> } | undefined
  const mine = async (session: DatabaseConnection): Promise<void> => {
    const open = holder
    if (open === undefined || open.session === session) return
    await open.over.promise
    return mine(session)
  }
  return {
    mine,
    async take(session: DatabaseConnection) {
      await mine(session)
      holder = { session, over: Promise.withResolvers<void>() }
    },
    end(session: DatabaseConnection) {
      if (holder?.session !== session) return
      const { over } = holder
      holder = undefined
      over.resolve()
    },
  }
}
