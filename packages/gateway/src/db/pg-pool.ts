import { Pool, type PoolClient } from 'pg'
import { wait, type Clock, type Log, type PostgresqlConfig } from '#kernel'
import { DbError } from './error.ts'
import { connectError, connectTo, prepareSession, type ReadPassword } from './pg-connect.ts'

/** Connections to whichever host takes writes. */
export interface ServerPool {
  /**
   * A connection that is the gateway's own; `release(true)` throws it away. While the server is away this tries again, host
   * after host, until `connectTimeoutMs` are over. Rejects with `DbError`: `DB_UNAVAILABLE`, `DB_REFUSED`, `DB_OVERLOADED`, `DB_CLOSED`.
   */
  acquire(): Promise<PoolClient>
  /** From now on `acquire` rejects at once: nobody waits for a server that was given up. */
  giveUp(why: DbError): void
  load(): { readonly connections: number; readonly waiting: number }
  /** Waits for those that are in use. */
  close(): Promise<void>
}

const firstDelayMs = 50
const longestDelayMs = 2_000

export interface ServerPoolOptions {
  readonly config: PostgresqlConfig
  readonly readPassword: ReadPassword
  readonly clock: Clock
  readonly log: Log
  /** Default: far above what a healthy gateway has under way; a queue that long means that the server stands still. */
  readonly maxWaiting?: number
}

export function openPool({
  config,
  readPassword,
  clock,
  log,
  maxWaiting = 10_000,
}: ServerPoolOptions): ServerPool {
  const { max, idleMs, connectTimeoutMs, statementTimeoutMs } = config.pool
  const pools = config.hosts.map((host) => {
    const pool = new Pool({
      ...connectTo(host, config, config, readPassword),
      max,
      idleTimeoutMillis: idleMs,
      query_timeout: statementTimeoutMs + 5_000, // the server ends it first, unless nothing comes from there any more
      onConnect(client) {
        client.on('error', () => {}) // while it is in use; the statement under way rejects
        return prepareSession(client, statementTimeoutMs)
      },
    })
    // One that was idle: it has left the pool already, and whoever asks next gets another.
    pool.on('error', (error) => log.debug('a connection to the database was lost', { error: error.message }))
    return pool
  })
  const over = new AbortController()
  let closed = false
  let givenUp: DbError | undefined
  let at = 0
  let waiting = 0
  const acquire = async (): Promise<PoolClient> => {
    const untilMs = clock.monotonicMs() + connectTimeoutMs
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, longestDelayMs)) {
      if (givenUp !== undefined) throw givenUp
      if (closed) throw new DbError('DB_CLOSED', 'the database is closed')
      const pool = pools[at % pools.length]
      if (pool === undefined) throw new DbError('DB_CLOSED', 'there is no host')
      const tried = at
      try {
        return await pool.connect()
      } catch (cause) {
        const error = connectError(cause)
        if (tried === at) at += 1
        const isLast = clock.monotonicMs() + delayMs > untilMs
        if (isLast || (error.code !== 'DB_UNAVAILABLE' && pools.length === 1)) throw error
      }
      await wait(clock, delayMs, over.signal).catch(() => {}) // closed or given up meanwhile: the loop says so
    }
  }
  return {
    async acquire() {
      if (waiting >= maxWaiting) throw new DbError('DB_OVERLOADED', 'too many queries wait for the database')
      waiting += 1
      try {
        return await acquire()
      } finally {
        waiting -= 1
      }
    },
    load: () => ({
      connections: pools.reduce((sum, pool) => sum + pool.totalCount, 0),
      waiting,
    }),
    giveUp(why) {
      givenUp ??= why
      over.abort()
    },
    async close() {
      if (closed) return
      closed = true
      over.abort()
      await Promise.all(pools.map((pool) => pool.end()))
    },
  }
}
