import { Client } from 'pg'
import { wait, type Clock, type Log, type PostgresqlConfig } from '#kernel'
import { DbError } from './error.ts'
import { connectError, connectTo, prepareSession, type ReadPassword } from './pg-connect.ts'

/** A node's place in a database that several share: no other has its name for as long as it is held. */
export interface NodePlace extends AsyncDisposable {
  /**
   * Resolves, with why, when the place is gone for good: the server stayed away longer than `giveUpMs`, or another process
   * took the name meanwhile.
   */
  readonly lost: Promise<DbError>
}

export interface NodePlaceOptions {
  readonly config: PostgresqlConfig
  readonly readPassword: ReadPassword
  readonly clock: Clock
  readonly log: Log
  readonly node: string
}

/** How often a node says that it lives; `nodes.seen_at` is at most this old, and a little. */
const beatMs = 5_000
const retryMs = 250

/**
 * Takes the place with an advisory lock on a connection of its own: it goes when the process does, whatever ended it. Rejects
 * with `DbError`: `DB_LOCKED` when another process has the name.
 */
export async function takePlace(o: NodePlaceOptions): Promise<NodePlace> {
  const closing = new AbortController()
  const lost = Promise.withResolvers<DbError>()
  let client = await seize(o, o.config.pool.connectTimeoutMs, closing.signal)
  const keep = async () => {
    while (!closing.signal.aborted) {
      await beat(o, client, closing.signal)
      if (closing.signal.aborted) return
      o.log.warn('the database is away', { giveUpMs: o.config.giveUpMs })
      void client.end().catch(() => {})
      client = await seize(o, o.config.giveUpMs, closing.signal)
      o.log.info('the database is back')
    }
  }
  const kept = keep().catch((error: unknown) => {
    if (!closing.signal.aborted) lost.resolve(connectError(error))
  })
  return {
    lost: lost.promise,
    async [Symbol.asyncDispose]() {
      closing.abort()
      await kept
      await client.end().catch(() => {}) // it may be gone already
    },
  }
}

/** Tries host after host until one gives the place. */
async function seize(o: NodePlaceOptions, patienceMs: number, signal: AbortSignal): Promise<Client> {
  const untilMs = o.clock.monotonicMs() + patienceMs
  for (;;) {
    let failure: DbError | undefined
    for (const host of o.config.hosts) {
      const found = await tryHost(o, host).catch((error: unknown) => connectError(error))
      if (found instanceof Client) return found
      failure = found
    }
    if (o.clock.monotonicMs() + retryMs > untilMs)
      throw failure ?? new DbError('DB_UNAVAILABLE', 'there is no host')
    await wait(o.clock, retryMs, signal)
  }
}

async function tryHost({ config, readPassword, node }: NodePlaceOptions, host: string): Promise<Client> {
  const client = new Client({
    ...connectTo(host, config, config, readPassword),
    query_timeout: config.pool.statementTimeoutMs + 5_000,
  })
  client.on('error', () => {}) // `beat` notices
  try {
    await client.connect()
    await prepareSession(client, config.pool.statementTimeoutMs)
    const { rows } = await client.query<{ mine: boolean }>(
      `select pg_try_advisory_lock(hashtext('voxkeep node'), hashtext($1)) as mine`,
      [node],
    )
    if (rows[0]?.mine !== true)
      throw new DbError('DB_LOCKED', 'another gateway with this node name uses the database')
    await client.query(
      `insert into nodes (name, since, seen_at) values ($1, now(), now())
        on conflict (name) do update set since = excluded.since, seen_at = excluded.seen_at`,
      [node],
    )
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

/** Says now and then that the node lives; resolves when that fails, or the connection ends. */
async function beat({ clock, node }: NodePlaceOptions, client: Client, signal: AbortSignal): Promise<void> {
  const gone = new AbortController()
  client.once('end', () => gone.abort())
  try {
    for (;;) {
      await wait(clock, beatMs, AbortSignal.any([signal, gone.signal]))
      await client.query('update nodes set seen_at = now() where name = $1', [node])
    }
  } catch {
    // Why it ended is what the next attempt to connect will say.
  }
}
