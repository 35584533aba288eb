import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from './open-database.ts'
import type { Schema } from './schema.ts'

/** A table as a backup keeps it: its rows as JSON, one a line, by their primary key. */
export interface SnapshotTable {
  readonly name: string
  /** Lines in groups, each line without its end. Read it to its end before the next table. */
  readonly lines: AsyncIterable<readonly string[]>
}

/** Of the database itself: whoever restores has these already. `nodes` says who lives now. */
const notKept = new Set(['kysely_migration', 'kysely_migration_lock', 'nodes'])
const rowsAtATime = 500

/** The names of the migrations that made the tables. */
export async function migrationsOf(kysely: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
    kysely,
  )
  return rows.map(({ name }) => name)
}

/**
 * Reads every table as it is at one moment, while others go on writing: in one transaction (repeatable read). The embedded database has a
 * single session, which is taken for as long as it lasts. Tables come so that none refers to a later one.
 */
export async function readSnapshot(
  { kysely }: Pick<Database, 'kysely'>,
  take: (table: SnapshotTable) => Promise<void>,
): Promise<{ readonly at: Date; readonly migrations: readonly string[] }> {
  return kysely.transaction().execute(async (transaction) => {
    await sql`set transaction isolation level repeatable read, read only`.execute(transaction)
    const { rows } = await sql<{ at: Date }>`select now() as at`.execute(transaction)
    const migrations = await migrationsOf(transaction)
    for (const name of await tablesOf(transaction)) await take({ name, lines: linesOf(transaction, name) })
    return { at: rows[0]?.at ?? new Date(0), migrations }
  })
}

/** The tables that are kept, each after those that it refers to; one outside schema public with its schema's name before it. */
export async function tablesOf(kysely: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string; refers: string[] }>`
    with kept as (
      select c.oid, case n.nspname when 'public' then c.relname::text else n.nspname || '.' || c.relname end as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'token_vault') and c.relkind = 'r')
    select c.name, coalesce(array_agg(f.name) filter (where f.name is not null), '{}') as refers
    from kept c
      left join pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid
      left join kept f on f.oid = k.confrelid
    group by c.name order by c.name`.execute(kysely)
  const left = new Map(
    rows.filter(({ name }) => !notKept.has(name)).map(({ name, refers }) => [name, refers]),
  )
  const ordered: string[] = []
  while (left.size > 0) {
    const free = [...left].filter(([, refers]) => refers.every((other) => !left.has(other)))
    if (free.length === 0) throw new TypeError('tables refer to each other in a circle')
    for (const [name] of free) {
      left.delete(name)
      ordered.push(name)
    }
  }
  return ordered
}

async function* linesOf(transaction: Transaction<Schema>, table: string): AsyncGenerator<readonly string[]> {
  const key = await primaryKeyOf(transaction, table)
  const order = sql.join(key.map((column) => sql.ref(`t.${column}`)))
  await sql`declare backup_rows no scroll cursor for
    select row_to_json(t)::text as line from ${sql.table(table)} t order by ${order}`.execute(transaction)
  for (;;) {
    const { rows } = await sql<{ line: string }>`fetch ${sql.lit(rowsAtATime)} from backup_rows`.execute(
      transaction,
    )
    if (rows.length > 0) yield rows.map(({ line }) => line)
    if (rows.length < rowsAtATime) break
  }
  await sql`close backup_rows`.execute(transaction)
}

async function primaryKeyOf(kysely: Kysely<Schema>, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select a.attname as name from pg_index i
      join pg_class c on c.oid = i.indrelid and c.oid = ${table}::text::regclass
      join unnest(i.indkey) with ordinality as k (number, place) on true
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
    where i.indisprimary order by k.place`.execute(kysely)
  if (rows.length === 0) throw new TypeError('a table has no primary key')
  return rows.map(({ name }) => name)
}

/** Names of the kept tables that have rows; a database to restore into has none. */
export async function filledTables({ kysely }: Pick<Database, 'kysely'>): Promise<string[]> {
  const filled: string[] = []
  for (const name of await tablesOf(kysely)) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(kysely)
    if (rows.length > 0) filled.push(name)
  }
  return filled
}

/** Puts lines of `readSnapshot` back, in a transaction of the caller's. Rejects with `DbError`. */
export async function insertLines(
  transaction: Transaction<Schema>,
  table: string,
  lines: readonly string[],
): Promise<void> {
  const json = `[${lines.join(',')}]`
  await sql`insert into ${sql.table(table)} overriding system value
    select * from json_populate_recordset(null::${sql.table(table)}, ${json}::text::json)`.execute(
    transaction,
  )
}

/** Lets every sequence go on after the highest number that was put back. */
export async function advanceSequences(transaction: Transaction<Schema>): Promise<void> {
  const { rows } = await sql<{ table: string; column: string; sequence: string }>`
    select c.oid::regclass::text as table, a.attname as column, pg_get_serial_sequence(c.oid::regclass::text, a.attname) as sequence
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attidentity <> ''
      join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'token_vault') and c.relkind = 'r'`.execute(transaction)
  for (const { table, column, sequence } of rows)
    await sql`select setval(${sequence}::regclass, greatest(1, coalesce((select max(${sql.ref(column)}) from ${sql.table(table)}), 0)),
      exists (select from ${sql.table(table)}))`.execute(transaction)
}
