import { sql } from 'kysely'
import { openDatabase } from '#db'
import { silentLog } from '#kernel'
import { textSource, type Source } from './markers.ts'

/** Every row of every table of a stopped gateway, as anyone with its disk but not its keyring can read it. */
export async function databaseRows(dataDir: string): Promise<Source[]> {
  const locked = () => {
    throw new Error('nobody has the keys here')
  }
  await using database = await openDatabase({
    dir: dataDir,
    log: silentLog,
    seal: { seal: locked, open: locked },
  })
  const tables = await sql<{ name: string }>`
    select case table_schema when 'public' then '' else table_schema || '.' end || table_name as name
    from information_schema.tables where table_schema in ('public', 'token_vault')`.execute(database.kysely)
  return await Promise.all(
    tables.rows.map(async ({ name }) => {
      const found = await sql<{
        row: string
      }>`select row_to_json(t)::text as row from ${sql.table(name)} t`.execute(database.kysely)
      return textSource(`table ${name}`, found.rows.map(({ row }) => row).join('\n'))
    }),
  )
}
