import type { Kysely } from 'kysely'
import type { Log, TenantId } from '#kernel'
import type { DbError } from './error.ts'
import { openEmbedded } from './open-embedded.ts'
import { openServer, type DatabaseServer } from './open-server.ts'
import type { Schema } from './schema.ts'

/**
 * Seals personal columns under the tenant's key; `context` names table, column and row. Both throw while the tenant's keys are closed
 * (an error whose `code` is `KEY_CLOSED`); `open` also when the text is not what was sealed there.
 */
export interface FieldSeal {
  seal(tenant: TenantId, text: string, context: string): string
  open(tenant: TenantId, sealed: string, context: string): string
}

/** The database as a job queue of the same server needs it. */
export interface JobsDatabase {
  readonly backend: 'pglite' | 'postgres'
  /** One statement with values, or several without; the rows of all. Rejects with `DbError`. */
  executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>
}

/** What both kinds of database give. */
export interface OpenedDatabase extends AsyncDisposable {
  /** The node's own work, across tenants: writes that share a commit, recovery, pruning. What a tenant asks for goes by `asTenant`. */
  readonly kysely: Kysely<Schema>
  /**
   * The database as one tenant may see it: row-level security hides every other row from every statement, also from one that
   * forgot its `where`, and refuses to write for others. Throws `DbError` for what is no tenant's name.
   */
  asTenant(tenant: TenantId): Kysely<Schema>
  /** Whether other nodes use it too, so that not all unfinished work in it is this node's. */
  readonly isShared: boolean
  /** Resolves, with why, if the database is gone for good. Everything that must be remembered then fails, so stop. */
  readonly lost: Promise<DbError>
  /** For the job queue, which writes its own SQL in a schema of its own. */
  readonly jobs: JobsDatabase
  /** Connections to the server, and statements that wait: for a connection, or for the embedded database's thread. */
  load(): { readonly connections: number; readonly waiting: number }
  /** Frees what deleted rows take and renews statistics: the embedded server has no background worker for it. Run it now and then. */
  maintain(): Promise<void>
}

export interface Database extends OpenedDatabase {
  readonly seal: FieldSeal
  /** This node's name in a database that several share. */
  readonly node: string
}

/**
 * Opens the embedded PostgreSQL under `<dir>/postgres`, or a server's, and migrates it as needed. What a query committed is on
 * disk (fsync) when its promise resolves. Rejects with `DbError`: `DB_LOCKED`, `DB_REFUSED`, `DB_UNAVAILABLE`, `DB_FAILED`.
 */
export async function openDatabase(o: {
  readonly dir: string
  readonly log: Log
  readonly seal: FieldSeal
  readonly node?: string
  /** Without one: the embedded database. */
  readonly server?: DatabaseServer | undefined
}): Promise<Database> {
  const { log, seal, server, node = 'voxkeep' } = o
  const opened = server === undefined ? await openEmbedded(o) : await openServer({ ...server, log, node })
  return { ...opened, seal, node }
}
