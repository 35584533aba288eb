import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PGlite, types } from '@electric-sql/pglite'
import { SyncedNodeFs } from './synced-fs.ts'

const settings = [
  'wal_sync_method=fsync', // the others end in Emscripten calls that sync nothing
  'synchronous_commit=off', // database-thread.ts flushes once a burst, before it answers
  'shared_buffers=32MB',
  // A checkpoint every 64 MB of log bounds both the disk it takes and the time to recover after a crash.
  'max_wal_size=64MB',
]
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'), // -F is "fsync off"
  ...settings.flatMap((setting) => ['-c', setting]),
]
const parsers = {
  [types.INT8]: Number, // ours count rows, bytes and milliseconds: far below 2^53
}

/**
 * Opens the PostgreSQL cluster in `dir`, making it first when there is none. A new one is made beside it and renamed
 * when it is whole on disk, so a crash in between leaves nothing half-made.
 */
export async function openCluster(dir: string): Promise<PGlite> {
  if (!existsSync(join(dir, 'PG_VERSION'))) await makeCluster(dir)
  return startCluster(dir)
}

function startCluster(dir: string): Promise<PGlite> {
  return PGlite.create({ fs: new SyncedNodeFs(dir), startParams, parsers })
}

async function makeCluster(dir: string): Promise<void> {
  const draft = `${dir}.new`
  rmSync(draft, { recursive: true, force: true })
  const cluster = await startCluster(draft)
  await cluster.close()
  for (const entry of readdirSync(draft, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) syncPath(join(entry.parentPath, entry.name))
  syncPath(draft)
  renameSync(draft, dir)
  syncPath(dirname(dir))
}

function syncPath(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
