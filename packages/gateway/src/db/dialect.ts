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
import type { TenantId } from '#kernel'
import type { Connection } from './connection.ts'
import { enterTenant } from './scope.ts'

/** The one session of the embedded database, for Kysely and for scripts. */
export interface ThreadSession {
  /** @param tenant - Whose rows every statement sees; without it the node's own view, which is everything. */
  dialect(tenant?: TenantId): Dialect
  /** Several statements that may have a transaction of their own: they wait for the end of one that is open. */
  script(sql: string): Promise<readonly unknown[]>
}

export function threadSession(connection: Connection): ThreadSession {
  const turns = transactionTurns()
  const nobody = {}
  return {
    dialect: (tenant) =>
      threadDialect(connection, turns, tenant === undefined ? undefined : enterTenant(tenant)),
    async script(sql) {
      for (let other = turns.other(nobody); other; other = turns.other(nobody)) await other
      return (await connection.script(sql)).rows
    },
  }
}

/**
 * Kysely over the database thread. There is one session: single statements share it, in the order they come, and a transaction
 * has it alone from `begin` to its end.
 */
function threadDialect(connection: Connection, turns: Turns, enter: string | undefined): Dialect {
  return {
    createAdapter: () => new PGliteAdapter(),
    createDriver: () => threadDriver(connection, turns, enter),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

/** @param enter - What makes a transaction a tenant's. */
function threadDriver(connection: Connection, turns: Turns, enter: string | undefined): Driver {
  let holding: DatabaseConnection | undefined
  const sessionOf = (): DatabaseConnection => {
    const session: DatabaseConnection = {
      async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
        for (let other = turns.other(session); other; other = turns.other(session)) await other
        // A statement for a tenant has a transaction of its own, unless it stands in one.
        const own = holding === session ? undefined : enter
        const { rows, affected } = await connection.query(sql, parameters, own)
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
  const begin = async (session: DatabaseConnection) => {
    await run(session, 'begin')
    for (const statement of enter?.split('; ') ?? []) await run(session, statement)
  }
  const end = (session: DatabaseConnection, how: 'commit' | 'rollback') =>
    run(session, how).finally(() => {
      holding = undefined
      turns.end(session)
    })
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(sessionOf()),
    releaseConnection: () => Promise.resolve(),
    async beginTransaction(session) {
      await turns.take(session)
      holding = session
      await begin(session).catch(async (error: unknown) => {
        await end(session, 'rollback').catch(() => {}) // nothing may have begun
        throw error
      })
    },
    commitTransaction: (session) => end(session, 'commit'),
    rollbackTransaction: (session) => end(session, 'rollback'),
    destroy: () => Promise.resolve(), // the thread is closed by whoever started it
  }
}

type Turns = ReturnType<typeof transactionTurns>

/**
 * Whose transaction is open; everybody else waits for its end. Whoever is told that nobody's is must act in the same turn of
 * JavaScript: of those who waited for one end, all are woken.
 */
function transactionTurns() {
  let holder: { readonly session: object; readonly over: PromiseWithResolvers<void> } | undefined
  /** The end of a transaction that is somebody else's, if there is one. */
  const other = (session: object): Promise<void> | undefined =>
    holder === undefined || holder.session === session ? undefined : holder.over.promise
  return {
    other,
    async take(session: object) {
      for (let open = other(session); open; open = other(session)) await open
      holder = { session, over: Promise.withResolvers<void>() }
    },
    end(session: object) {
      if (holder?.session !== session) return
      const { over } = holder
      holder = undefined
      over.resolve()
    },
  }
}
