import type { PoolClient, QueryConfig } from 'pg'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { DbError } from './error.ts'
import { connectionFault, isConnectionLoss } from './pg-connect.ts'
import { asDbError, pgFault } from './pg-fault.ts'

/** One connection for as long as Kysely holds it. */
export interface Session extends DatabaseConnection {
  begin(): Promise<void>
  /** `commit` rejects when the transaction was in fact rolled back. */
  end(how: 'commit' | 'rollback'): Promise<void>
  /** Several statements, with no parameters; the rows of all. */
  script(sql: string): Promise<readonly unknown[]>
  /** Gives the connection back, or throws it away when it may not be as it was. */
  release(): void
}

interface Answer {
  readonly command: string
  readonly rows: readonly unknown[]
  readonly rowCount: number | null
}

/**
 * A query of one statement: the extended protocol takes no more, so that whoever slips a semicolon into one gets nothing by it.
 * The driver's types do not know of `queryMode`, and by itself it would send a query without parameters the simple way.
 */
const single = (text: string, values: readonly unknown[]) =>
  ({ text, values: [...values], queryMode: 'extended' }) as QueryConfig

/** @param enter - What makes a transaction the tenant's. */
export function sessionOf(client: PoolClient, enter: string | undefined): Session {
  let broken = false
  let inTransaction = false
  const run = async (query: string | QueryConfig): Promise<Answer> => {
    try {
      // Several statements, which only a plain text may hold, have the rows of all.
      const answers = [(await client.query(query)) as Answer | Answer[]].flat()
      const [last] = answers.slice(-1)
      const { command = '', rowCount = null } = last ?? {}
      return { command, rowCount, rows: answers.flatMap(({ rows }) => rows) }
    } catch (error) {
      if (!isConnectionLoss(error)) throw asDbError(pgFault(error))
      broken = true
      throw new DbError('DB_UNAVAILABLE', 'the connection to the database was lost', {
        cause: connectionFault(error),
      })
    }
  }
  const begin = () => run(enter === undefined ? 'begin' : `begin; ${enter}`)
  const commit = async () => {
    // A transaction in which a statement failed says ROLLBACK to a commit.
    if ((await run('commit')).command !== 'COMMIT')
      throw new DbError('DB_FAILED', 'the transaction was rolled back')
  }
  const rollback = () => run('rollback')
  /** A statement for a tenant has a transaction of its own: what it changed of the session ends with it. */
  const alone = async (query: QueryConfig) => {
    try {
      await begin()
      const result = await run(query)
      await commit()
      return result
    } catch (error) {
      if (!broken) await rollback().catch(() => (broken = true))
      throw error
    }
  }
  return {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const query = single(sql, parameters)
      const own = enter !== undefined && !inTransaction
      const { rows, rowCount, command } = await (own ? alone(query) : run(query))
      const changed = /^(?:INSERT|UPDATE|DELETE|MERGE)$/.test(command)
      return { rows: rows as R[], ...(changed && { numAffectedRows: BigInt(rowCount ?? 0) }) }
    },
    // eslint-disable-next-line require-yield -- the interface demands a generator; nobody here streams
    async *streamQuery() {
      throw new Error('streaming queries are not supported')
    },
    script: async (sql) => (await run(sql)).rows,
    async begin() {
      await begin()
      inTransaction = true
    },
    async end(how) {
      inTransaction = false
      await (how === 'commit' ? commit() : rollback())
    },
    release() {
      // Whatever went wrong: a connection goes back only when nothing of its last user can be left in it.
      client.release(broken || client.getTransactionStatus() !== 'I')
    },
  }
}
