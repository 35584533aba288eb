import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { silentLog, systemClock } from '#kernel'
import { openCluster } from './cluster.ts'
import { openDatabase } from './open-database.ts'
import { toySeal } from './toy-seal.ts'

const root = join(import.meta.dirname, '../../../..')
const cache = join(root, 'node_modules/.cache/voxkeep-test')
const dayMs = 24 * 60 * 60_000

/**
 * Lays an empty, migrated cluster into a data directory that has none. Making one takes seconds of computing, a copy a fraction of one; it is made once for
 * all tests, and anew when PGlite or anything in `db/` changed.
 */
export async function layCluster(dataDir: string): Promise<void> {
  const made = join(cache, `cluster-${fingerprint()}`)
  if (!existsSync(made)) await make(made)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  cpSync(made, join(dataDir, 'postgres'), { recursive: true, mode: 0, preserveTimestamps: true })
}

async function make(target: string): Promise<void> {
  mkdirSync(cache, { recursive: true })
  dropOutdated()
  const draft = mkdtempSync(join(cache, 'draft-'))
  try {
    const database = await openDatabase({ dir: draft, log: silentLog, seal: toySeal })
    await database[Symbol.asyncDispose]()
    await dropTemplates(join(draft, 'postgres'))
    renameSync(join(draft, 'postgres'), target)
  } catch (error) {
    if (!existsSync(target)) throw error // another process was faster
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Half of a new cluster's files are of databases that others would be made from, and nobody makes any. */
async function dropTemplates(dir: string): Promise<void> {
  const cluster = await openCluster(dir)
  for (const name of ['template0', 'template1']) {
    await cluster.query('update pg_database set datistemplate = false where datname = $1', [name])
    await cluster.exec(`drop database ${name}`)
  }
  await cluster.close()
}

/** What was made of other sources is kept for a day: they may be somebody's who works beside. */
function dropOutdated(): void {
  for (const name of globSync('{cluster,draft}-*', { cwd: cache })) {
    const path = join(cache, name)
    const madeMs = statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0
    if (madeMs < systemClock.now() - dayMs) rmSync(path, { recursive: true, force: true })
  }
}

function fingerprint(): string {
  const hash = createHash('sha256')
  const sources = globSync('{*.ts,migrations/*.ts}', { cwd: import.meta.dirname }).filter(
    (file) => file === 'test-cluster.ts' || !/test|-store\.ts$/.test(file),
  )
  for (const file of sources.toSorted()) hash.update(readFileSync(join(import.meta.dirname, file)))
  hash.update(readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json')))
  return hash.digest('hex').slice(0, 16)
}
