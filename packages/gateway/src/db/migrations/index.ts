import { sql, type Kysely } from 'kysely'
import type { Migration, MigrationProvider } from 'kysely/migration'
import { start } from './0001-start.ts'
import { dialing } from './0002-dialing.ts'
import { keys } from './0003-keys.ts'
import { objects } from './0004-objects.ts'
import { audit } from './0005-audit.ts'
import { retention } from './0006-retention.ts'
import { shipping } from './0007-shipping.ts'
import { isolation } from './0008-isolation.ts'
import { marks } from './0009-marks.ts'
import { tokens } from './0010-tokens.ts'
import { payments } from './0011-payments.ts'
import { transcripts } from './0012-transcripts.ts'
import { consent } from './0013-consent.ts'
import { callLegs } from './0014-call-legs.ts'

/** Applied in the order of their names, each in a transaction, and never changed once released: a new need is a new one. */
const migrations: Readonly<Record<string, readonly string[]>> = {
  '0001-start': start,
  '0002-dialing': dialing,
  '0003-keys': keys,
  '0004-objects': objects,
  '0005-audit': audit,
  '0006-retention': retention,
  '0007-shipping': shipping,
  '0008-isolation': isolation,
  '0009-marks': marks,
  '0010-tokens': tokens,
  '0011-payments': payments,
  '0012-transcripts': transcripts,
  '0013-consent': consent,
  '0014-call-legs': callLegs,
}

export const migrationProvider: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve(
      Object.fromEntries(
        Object.entries(migrations).map(([name, statements]) => [name, migration(statements)]),
      ),
    ),
}

function migration(statements: readonly string[]): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  }
}
