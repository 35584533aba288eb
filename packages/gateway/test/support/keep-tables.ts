import { sql } from 'kysely'
import { openDatabase, type Database } from '#db'
import { loadConfig, silentLog, systemClock } from '#kernel'
import { databaseOptions } from '#src/database-options.ts'

/** The database of a stopped gateway, whichever it is, to somebody without keys. */
async function openLocked(configPath: string): Promise<Database> {
  const locked = () => {
    throw new Error('nobody has the keys here')
  }
  const seal = { seal: locked, open: locked }
  return openDatabase({ ...databaseOptions(loadConfig(configPath), systemClock), log: silentLog, seal })
}

/** Every row of every table, as sorted lines of JSON. */
export async function tablesOf(configPath: string): Promise<Map<string, string[]>> {
  await using database = await openLocked(configPath)
  const { kysely } = database
  const { rows } = await sql<{ name: string }>`
    select case table_schema when 'public' then '' else table_schema || '.' end || table_name as name
    from information_schema.tables where table_schema in ('public', 'token_vault')`.execute(kysely)
  const tables = new Map<string, string[]>()
  for (const { name } of rows) {
    const found = await sql<{
      row: string
    }>`select row_to_json(t)::text as row from ${sql.table(name)} t`.execute(kysely)
    tables.set(`table ${name}`, found.rows.map(({ row }) => row).toSorted())
  }
  return tables
}

/** Makes a tenant's calls so many days older. */
export async function ageCalls(configPath: string, tenant: string, days: number): Promise<void> {
  await using database = await openLocked(configPath)
  const older = sql.raw(`interval '${days} days'`)
  await sql`update calls set started_at = started_at - ${older}, policy_version = null where tenant = ${tenant}`.execute(
    database.kysely,
  )
  await sql`update objects set policy_version = null where tenant = ${tenant}`.execute(database.kysely)
}
