import { join } from 'node:path'
import type { Audit } from '#audit'
import {
  BackupError,
  makeBackup,
  openBackup,
  pruneBackups,
  verifyBackup,
  type BackupProgress,
  type OpenBackupKey,
} from '#backup'
import { backupRows, DbError, tenantKeyStore, type BackupRow, type BackupRows, type Database } from '#db'
import {
  createId,
  systemTenant,
  type BackupId,
  type Clock,
  type Config,
  type Log,
  type Random,
} from '#kernel'
import type { OpenTenantKeys } from '#keys'
import { ObjectError, type ObjectStore } from '#objects'
import { backupKeys } from './backup-keys.ts'
import type { Metrics } from './metrics.ts'
import type { Objects } from './open-objects.ts'

export interface BackupsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count' | 'gauge'>
  readonly database: Database
  readonly keys: OpenTenantKeys
  readonly audit: Audit
  readonly objects: Pick<Objects, 'source' | 'stores'>
}

/** Backups of all that is kept, made while the gateway runs. */
export interface Backups extends AsyncDisposable {
  /**
   * Begins one, which is in the audit log first; resolves with its row once that is durable. Rejects with `BackupError`:
   * `BACKUP_NO_STORE`, `BACKUP_RUNNING`.
   */
  start(actor: string): Promise<BackupRow>
  readonly rows: BackupRows
  /** Resolves when the one under way is over. */
  settled(): Promise<void>
}

/** A node that died in the middle of one does not keep the others from making theirs for longer. */
const abandonedMs = 24 * 60 * 60_000
/** How often its row says how far a backup is. */
const tellMs = 2_000

export async function openBackups(config: Config, deps: BackupsDeps): Promise<Backups> {
  const { clock, log } = deps
  const rows = backupRows(deps.database)
  await rows.endOrphans(new Date(clock.now()))
  const closing = new AbortController()
  let running: Promise<void> | undefined
  const start = async (actor: string): Promise<BackupRow> => {
    const store = storeFor(config, deps)
    const id = createId('bak', clock.now(), deps.random)
    const row = newRow(id, store, { node: config.node.name, at: new Date(clock.now()) })
    await rows.endAbandoned(new Date(clock.now() - abandonedMs))
    await rows.insert(row).catch((cause: unknown) => {
      if (cause instanceof DbError && cause.code === 'DB_CONFLICT')
        throw new BackupError('BACKUP_RUNNING', 'a backup is being made', { cause })
      throw cause
    })
    const fields = { backup: id, store: store.id }
    await deps.audit
      .append({ type: 'backup.starting', tenant: systemTenant, actor, fields })
      .catch(async (error) => {
        await rows.update(id, { state: 'failed', reason: 'unaudited', ended_at: new Date(clock.now()) })
        throw error
      })
    running = run(config, deps, { rows, store, id, signal: closing.signal })
    return row
  }
  const { everyHours } = config.backup
  let cancel = () => {}
  const arm = () => {
    if (everyHours === 0 || closing.signal.aborted) return
    cancel = clock.set(everyHours * 60 * 60_000, () => {
      start('system')
        .catch((error: unknown) => log.error('a backup cannot be begun', { error }))
        .finally(arm)
    })
  }
  arm()
  let lastMs = 0
  const look = async () => {
    const whole = (await rows.list({ limit: 20 })).find(({ state }) => state === 'complete')
    lastMs = whole?.started_at.getTime() ?? 0
  }
  await look()
  deps.metrics.gauge('backup_age_seconds', 'since the last whole backup was begun; 0: there is none', () =>
    lastMs === 0 ? 0 : (clock.now() - lastMs) / 1_000,
  )
  return {
    async start(actor) {
      const row = await start(actor)
      void running?.then(look).catch(() => {})
      return row
    },
    rows,
    settled: async () => running,
    async [Symbol.asyncDispose]() {
      cancel()
      closing.abort()
      await running
    },
  }
}

function storeFor({ objects }: Config, { objects: { stores } }: BackupsDeps): ObjectStore {
  if (objects.place.backup === undefined)
    throw new BackupError('BACKUP_NO_STORE', 'no store for backups: set objects.place.backup')
  return stores.get(objects.place.backup)
}

function newRow(id: BackupId, store: ObjectStore, { node, at }: { node: string; at: Date }): BackupRow {
  const counts = { rows: 0, tables: 0, objects: 0, copied: 0, bytes: 0 }
  const open = { reason: null, ended_at: null, manifest_sha256: null }
  return { id, store: store.id, state: 'running', node, started_at: at, ...counts, ...open }
}

/** Never rejects: how it ended is in its row, in the log and in the audit log. */
async function run(
  config: Config,
  deps: BackupsDeps,
  { rows, store, id, signal }: { rows: BackupRows; store: ObjectStore; id: BackupId; signal: AbortSignal },
): Promise<void> {
  const { clock, log, metrics, audit, keys, database, objects, random } = deps
  const tell = progressTeller(deps, rows, id)
  const end = async (
    type: string,
    change: Partial<BackupRow>,
    fields: Record<string, string | number | null>,
  ) => {
    await tell.settled()
    await rows.update(id, { ...change, ended_at: new Date(clock.now()) })
    await audit.append({ type, tenant: systemTenant, actor: 'system', fields: { backup: id, ...fields } })
  }
  try {
    const locks = backupKeys(keys, tenantKeyStore(database))
    const drafts = join(config.dataDir, 'backup-drafts')
    const parts = {
      database,
      store,
      ...locks,
      source: objects.source,
      clock,
      random,
      drafts,
      node: config.node.name,
    }
    const made = await makeBackup(parts, id, { onProgress: tell.take, signal })
    using backup = await openBackup(store, id, locks.openKey)
    await verifyBackup(store, backup, { objects: false }) // each object was checked when it was copied
    // While this one counts as running no other is made, whose objects would look as if nobody needed them.
    await prune(config, deps, { rows, store, openKey: locks.openKey })
    const { lacking } = made.manifest
    const reason = lacking.length === 0 ? null : `lacks ${lacking.length} objects`
    const { manifestSha256, progress } = made
    await end(
      'backup.completed',
      { ...progress, state: 'complete', reason, manifest_sha256: manifestSha256 },
      {
        ...progress,
        lacking: lacking.length,
        manifestSha256,
      },
    )
    metrics.count('backups', { state: 'complete' })
    log.info('a backup is made and verified', { backup: id, ...progress, lacking: lacking.length })
  } catch (error) {
    const reason = codeOf(error)
    metrics.count('backups', { state: 'failed' })
    log.error('a backup failed', { backup: id, reason, error })
    await end('backup.failed', { state: 'failed', reason }, { reason }).catch((cause: unknown) => {
      log.error('the end of a backup is not written down', { backup: id, error: cause })
    })
  }
}

/** Removes what is older than is kept. Never rejects: the next backup tries again. */
async function prune(
  { backup: { keep } }: Config,
  { clock, log }: BackupsDeps,
  { rows, store, openKey }: { rows: BackupRows; store: ObjectStore; openKey: OpenBackupKey },
): Promise<void> {
  try {
    const { backups, objects } = await pruneBackups({ store, keep, nowMs: clock.now(), openKey, log })
    for (const old of backups) await rows.update(old, { state: 'deleted' })
    if (backups.length > 0) log.info('old backups are removed', { backups: backups.length, objects })
  } catch (error) {
    log.warn('old backups cannot be removed now', { error })
  }
}

/** Writes down how far a backup is, now and then. */
function progressTeller({ clock, log }: BackupsDeps, rows: BackupRows, id: BackupId) {
  let nextMs = clock.monotonicMs() + tellMs
  let writing: Promise<void> = Promise.resolve()
  return {
    take(progress: BackupProgress) {
      // While the tables are read the embedded database is ours: a row would wait for its end, which is no harm.
      if (clock.monotonicMs() < nextMs) return
      nextMs = clock.monotonicMs() + tellMs
      writing = writing.then(() =>
        rows
          .update(id, progress)
          .catch((error: unknown) => log.debug('how far a backup is cannot be written', { error })),
      )
    },
    settled: () => writing,
  }
}

function codeOf(error: unknown): string {
  if (error instanceof BackupError)
    return error.part === undefined ? error.code : `${error.code} ${error.part}`
  if (error instanceof ObjectError || error instanceof DbError) return error.code
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^[A-Z_]{3,40}$/.test(code) ? code : 'failed'
}
