import { sql } from 'kysely'
import type { Database } from './open-database.ts'

/** A condition: in a database that several nodes share, only rows of this one; in its own, all, whatever it is called now. */
export function ownRows({ isShared, node }: Database) {
  return isShared ? sql<boolean>`node = ${node}` : sql<boolean>`true`
}
