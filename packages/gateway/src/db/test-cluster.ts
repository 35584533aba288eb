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
} from 'node:fs'
import { join } from 'node:path'
import { silentLog } from '#kernel'
import { openDatabase } from './open-database.ts'
import { toySeal } from './toy-seal.ts'

const root = join(import.meta.dirname, '../../../..')
const cache = join(root, 'node_modules/.cache/voxkeep-test')

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
  const draft = mkdtempSync(join(cache, 'draft-'))
  try {
    const database = await openDatabase({ dir: draft, log: silentLog, seal: toySeal })
    await database[Symbol.asyncDispose]()
    renameSync(join(draft, 'postgres'), target)
  } catch (error) {
    if (!existsSync(target)) throw error // another process was faster
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function fingerprint(): string {
  const hash = createHash('sha256')
  const sources = globSync('{*.ts,migrations/*.ts}', { cwd: import.meta.dirname }).filter(
    (file) => !/test|-store\.ts$/.test(file),
  )
  for (const file of sources.toSorted()) hash.update(readFileSync(join(import.meta.dirname, file)))
  hash.update(readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json')))
  return hash.digest('hex').slice(0, 16)
}
