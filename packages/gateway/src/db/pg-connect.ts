import { readFileSync } from 'node:fs'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import { DatabaseError, type ClientBase, type ClientConfig } from 'pg'
import type { PostgresqlConfig, Secret } from '#kernel'
import { DbError } from './error.ts'
import { columnTypes } from './pg-types.ts'
import { appRole } from './scope.ts'

/** Reads the secret behind a reference; asked for every connection, so that a password can be changed under way. */
export type ReadPassword = (reference: string) => Secret<string> | Promise<Secret<string>>

/** Who connects; by default the configured user. */
export interface As {
  readonly user: string
  readonly password?: string | undefined
}

/** How one host is connected to: by a Unix socket, or TLS that verifies it. Throws `DbError` (`DB_REFUSED`). */
export function connectTo(
  host: string,
  config: PostgresqlConfig,
  as: As,
  readPassword: ReadPassword,
): ClientConfig {
  const { password, user } = as
  return {
    host,
    port: config.port,
    database: config.name,
    user,
    // Without one there is none: never what the environment or a .pgpass of the machine says.
    password: async () => {
      if (password !== undefined) return (await readPassword(password)).reveal()
      throw new DbError('DB_REFUSED', 'the database server asks for a password, and none is configured')
    },
    ssl: tlsFor(host, config.tls),
    types: columnTypes,
    application_name: 'voxkeep',
    client_encoding: 'UTF8',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: config.pool.connectTimeoutMs,
  }
}

function tlsFor(host: string, tls: PostgresqlConfig['tls']): ConnectionOptions | false {
  if (host.startsWith('/') || tls.mode === 'dangerouslyAllowPlaintext') return false
  const name = tls.serverName ?? host
  try {
    return {
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(tls.caFile !== undefined && { ca: readFileSync(tls.caFile) }),
      ...(tls.clientCertificate !== undefined && {
        cert: readFileSync(tls.clientCertificate.certFile),
        key: readFileSync(tls.clientCertificate.keyFile),
      }),
      // Whatever the driver makes of addresses and names: this is the one that the certificate must hold.
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
    }
  } catch (cause) {
    throw new DbError('DB_REFUSED', 'a certificate or key for the database cannot be read', { cause })
  }
}

/** Whether the connection is of no use any more; what was under way may or may not have been done. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true
  return /^(?:08|57P|25P03)/.test(error.code ?? '')
}

/** Why, for a person. PostgreSQL's words about connections name users, databases and addresses, never secrets. */
export function connectionFault(error: unknown): Error {
  return new Error(error instanceof Error ? error.message.slice(0, 300) : 'unknown')
}

/** Faults that trying again cannot mend. */
const refusals: readonly (readonly [when: RegExp, what: string])[] = [
  [/^28P01$/, 'the database server refused the user or the password'],
  [/^28000$/, 'the database server does not let this user in from here, or without a certificate'],
  [/^3D000$/, 'the database server has no such database'],
  [/^42501$/, `the database server does not let this user connect, or be ${appRole}`],
  [/^22023$/, `the database server has no role ${appRole}: see docs/database.md`],
  [/^SSL_REFUSED$/, 'the database server offers no TLS, and nothing may go there in clear'],
  [
    /^(?:ERR_TLS_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_SSL_)/,
    'the certificate of the database server is not to be trusted',
  ],
]

/** What a failed connecting means: `DB_REFUSED` when a person must change something, else `DB_UNAVAILABLE`. */
export function connectError(error: unknown): DbError {
  if (error instanceof DbError) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  const noTls = typeof message === 'string' && message.includes('does not support SSL')
  const named = noTls ? 'SSL_REFUSED' : typeof code === 'string' ? code : ''
  const cause = connectionFault(error)
  const found = refusals.find(([when]) => when.test(named))
  if (found !== undefined) return new DbError('DB_REFUSED', found[1], { cause })
  return new DbError('DB_UNAVAILABLE', 'the database server cannot be reached', { cause })
}

/** What a session of the gateway must find, as one row. */
const facts = `select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
  current_setting('synchronous_commit') as commits, current_setting('server_version_num')::int as version,
  pg_is_in_recovery() as standby, (select rolsuper or rolbypassrls from pg_roles where rolname = session_user) as mighty`

const oldestVersion = 140_000

/**
 * Makes a new connection the gateway's own: its role, its limits, and a commit that means "on disk". Rejects with `DbError`:
 * `DB_UNAVAILABLE` for a server that takes no writes (the next host may), `DB_REFUSED` for one that would lose or show them.
 */
export async function prepareSession(client: ClientBase, statementTimeoutMs: number): Promise<void> {
  const { rows } = await client.query<{
    fsync: string
    pages: string
    commits: string
    version: number
    standby: boolean
    mighty: boolean
  }>(facts)
  const [found] = rows
  if (found === undefined || found.standby)
    throw new DbError('DB_UNAVAILABLE', 'this database server takes no writes: it follows another')
  if (found.version < oldestVersion)
    throw new DbError('DB_REFUSED', 'the database server is older than PostgreSQL 14')
  if (found.fsync !== 'on' || found.pages !== 'on')
    throw new DbError('DB_REFUSED', 'the database server runs with fsync or full_page_writes off')
  if (found.mighty)
    throw new DbError('DB_REFUSED', 'the database user is a superuser or bypasses row security: take another')
  await client.query(
    [
      `set role ${appRole}`,
      // As the driver reads it, and whatever somebody set for the user or the database.
      `set search_path = public, pg_temp; set timezone = 'UTC'; set datestyle = 'ISO'; set bytea_output = 'hex'`,
      // Whoever waited for a commit was told that it is on disk.
      ...(found.commits === 'off' ? [`set synchronous_commit = on`] : []),
      `set statement_timeout = ${statementTimeoutMs}`,
      // Should this process stand still inside a transaction, its locks do not hold up every other node for ever.
      `set idle_in_transaction_session_timeout = 300000`,
      // A session whose machine is gone without a word must not keep this node's place for longer than `giveUpMs`.
      `set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3`,
    ].join('; '),
  )
}
