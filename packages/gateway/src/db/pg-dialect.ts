import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type Dialect,
  type Driver,
} from 'kysely'
import type { TenantId } from '#kernel'
import type { ServerPool } from './pg-pool.ts'
import { sessionOf, type Session } from './pg-session.ts'
import { enterTenant } from './scope.ts'

/**
 * Kysely over a PostgreSQL server.
 *
 * @param tenant - Whose rows every statement sees; without it the node's own view, which is everything.
 */
export function serverDialect(pool: ServerPool, tenant?: TenantId): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => serverDriver(pool, tenant),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

function serverDriver(pool: ServerPool, tenant: TenantId | undefined): Driver {
  const enter = tenant === undefined ? undefined : enterTenant(tenant)
  return {
    init: () => Promise.resolve(),
    acquireConnection: async () => sessionOf(await pool.acquire(), enter),
    releaseConnection: (session) => Promise.resolve((session as Session).release()),
    beginTransaction: (session) => (session as Session).begin(),
    commitTransaction: (session) => (session as Session).end('commit'),
    rollbackTransaction: (session) => (session as Session).end('rollback'),
    destroy: () => Promise.resolve(), // the pool is closed by whoever opened it
  }
}
