import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig, readSecret, silentLog, systemClock } from '#kernel'
import { openDatabase, type Database } from './open-database.ts'
import type { DatabaseServer } from './open-server.ts'
import { layCluster } from './test-cluster.ts'
import { databaseCode } from './test-wasm.ts'
import { toySeal } from './toy-seal.ts'

/** A database for the tests of one file; what was written stays when it is opened again. */
export interface TestDatabase extends Disposable {
  readonly kind: 'embedded' | 'postgresql'
  /** Where the embedded one lies. */
  readonly dir: string
  open(o?: { readonly node?: string }): Promise<Database>
}

/**
 * The embedded database, or one of the empty ones of a server that `VOXKEEP_TEST_DATABASES` lists: a JSON list of `database`
 * sections. So the same tests of stores say the same of both; `postgres.e2e.test.ts` runs them a second time.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-db-'))
  const server = nextServer()
  if (server === undefined) await Promise.all([layCluster(dir), databaseCode])
  return {
    kind: server === undefined ? 'embedded' : 'postgresql',
    dir,
    open: (o = {}) => openDatabase({ dir, log: silentLog, seal: toySeal, server, ...o }),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  }
}

let taken = 0

function nextServer(): DatabaseServer | undefined {
  const listed = process.env['VOXKEEP_TEST_DATABASES']
  if (listed === undefined) return undefined
  const section = (JSON.parse(listed) as unknown[])[taken++]
  if (section === undefined) throw new Error('VOXKEEP_TEST_DATABASES lists too few databases')
  const sip = { listen: [{ tls: { certFile: 'x', keyFile: 'x' } }] }
  const { database } = parseConfig(JSON.stringify({ dataDir: 'x', sip, database: section }), 'test')
  if (database.kind !== 'postgresql') throw new Error('VOXKEEP_TEST_DATABASES lists servers')
  return { config: database, readPassword: readSecret, clock: systemClock }
}
