import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { silentLog, type TenantId } from '#kernel'
import { openDatabase } from './index.ts'
import { toySeal } from './toy-seal.ts'

// Run by open-embedded.test.ts: a row and the beginning of a transaction wait for the database together; killed once the row is durable.
const db = await openDatabase({ dir: process.argv[2] ?? '', log: silentLog, seal: toySeal })
const acme = db.asTenant('acme' as TenantId)
void sql`select count(*) from generate_series(1, 300000)`.execute(db.asTenant('other' as TenantId))
await setImmediate()
const added = sql`insert into call_parties values ('call_1', 'acme', 'in-time')`.execute(acme)
await setImmediate()
void db.kysely.transaction().execute(() => new Promise(() => {}))
await added
process.kill(process.pid, 'SIGKILL')
