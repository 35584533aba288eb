import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  advanceSequences,
  applyErasures,
  filledTables,
  insertLines,
  migrationsOf,
  settleRestored,
  type Database,
  type Erasure,
  type ObjectRow,
  type RestoredObject,
} from '#db'
import type { Clock } from '#kernel'
import {
  isObjectError,
  keyOf,
  storeSource,
  type ObjectKind,
  type ObjectStore,
  type StoredObject,
  type Stores,
} from '#objects'
import { copyObject } from './copy-object.ts'
import { BackupError, tampered } from './error.ts'
import { objectKey } from './places.ts'
import { listBackups, openBackup, verifyBackup, type OpenBackup, type OpenBackupKey } from './read-backup.ts'

export interface RestoreParts {
  /** Open and migrated, but with nothing in it. */
  readonly database: Database
  /** Where the backups are. */
  readonly from: ObjectStore
  /** Where objects go back to. */
  readonly stores: Stores
  readonly openKey: OpenBackupKey
  readonly clock: Clock
  /** A folder for files on their way; made and removed. */
  readonly drafts: string
}

export interface RestoreReport {
  readonly id: string
  /** The moment that was brought back. */
  readonly at: string
  readonly tables: number
  readonly rows: number
  /** Objects that were put back, and those that their store still had. */
  readonly objects: number
  readonly kept: number
  /** Ids of objects that the backup lacks: they are listed as missing. */
  readonly lacking: readonly string[]
  /** Objects whose keys were destroyed after the backup was made, and which are gone again. */
  readonly erased: number
  /** Erasures up to then are known; what came later is not, unless it was given. */
  readonly erasuresKnownUntil: string
}

export type RestoreStep =
  | { readonly step: 'verifying' | 'tables' | 'done' }
  | { readonly step: 'objects'; readonly objects: number; readonly of: number }

/**
 * Brings a backup back into an empty database and its objects back into their stores. Everything is read and checked before anything is written, and
 * the rows come last, in one transaction: what stops half-way leaves an empty database, and can be begun again. Rejects with `BackupError`.
 */
export async function restoreBackup(
  parts: RestoreParts,
  id: string,
  o: { readonly erased: readonly Erasure[]; readonly onStep: (step: RestoreStep) => void },
): Promise<RestoreReport> {
  using backup = await openBackup(parts.from, id, parts.openKey)
  await checkTarget(parts, backup)
  o.onStep({ step: 'verifying' })
  const { rows } = await verifyBackup(parts.from, backup, { objects: true })
  const newer = await newerErasures(parts, backup)
  const erased = new Map([...newer.erased, ...o.erased].map((one) => [one.object, one]))
  await mkdir(parts.drafts, { recursive: true, mode: 0o700 })
  try {
    const { restored, kept, lacking } = await putObjects(parts, backup, erased, o.onStep)
    o.onStep({ step: 'tables' })
    await putRows(parts, backup, {
      restored,
      lacking,
      erased: [...erased.values()],
      destroyed: newer.destroyed,
    })
    o.onStep({ step: 'done' })
    const { at, tables } = backup.manifest
    const counts = { objects: restored.length - kept, kept, lacking, erased: erased.size }
    return { id, at, tables: tables.length, rows, ...counts, erasuresKnownUntil: newer.until }
  } finally {
    await rm(parts.drafts, { recursive: true, force: true })
  }
}

async function checkTarget({ database }: RestoreParts, { manifest }: OpenBackup): Promise<void> {
  const own = await migrationsOf(database.kysely)
  if (own.join() !== manifest.migrations.join())
    throw new BackupError('RESTORE_SCHEMA', 'the backup was made by another version of the gateway')
  const [part] = await filledTables(database)
  if (part !== undefined)
    throw new BackupError('RESTORE_NOT_EMPTY', 'the database holds something already', { part })
}

/** What later backups of the same store know of keys that were destroyed meanwhile. The newest knows it all. */
async function newerErasures(
  { from, openKey }: RestoreParts,
  backup: OpenBackup,
): Promise<{ erased: Erasure[]; destroyed: string[]; until: string }> {
  const { id, at } = backup.manifest
  const newest = (await listBackups(from)).filter((other) => other > id).at(-1)
  if (newest === undefined) return { erased: [], destroyed: [], until: at }
  using later = await openBackup(from, newest, openKey)
  const erased: Erasure[] = []
  for await (const group of later.rows('shredded_keys'))
    for (const line of group) erased.push(JSON.parse(line) as Erasure)
  const keys: string[] = []
  for await (const group of later.rows('tenant_keys')) keys.push(...group)
  return { erased, destroyed: keysOfDestroyed(keys), until: later.manifest.at }
}

/**
 * Of rows of `tenant_keys`, as JSON texts, those of tenants that have no key any more. A key that went alone was only not needed any more: what
 * it wrapped lay under its successor by then, and in an older backup still lies under it.
 */
export function keysOfDestroyed(lines: readonly string[]): string[] {
  const rows = lines.map((line) => ({ line, ...(JSON.parse(line) as { tenant: string; state: string }) }))
  const living = new Set(rows.filter(({ state }) => state !== 'destroyed').map(({ tenant }) => tenant))
  return rows.filter(({ tenant }) => !living.has(tenant)).map(({ line }) => line)
}

/** Every object goes to where its row says, or, if that store is not configured any more, to where one of its kind goes now. */
async function putObjects(
  parts: RestoreParts,
  backup: OpenBackup,
  erased: ReadonlyMap<string, unknown>,
  onStep: (step: RestoreStep) => void,
): Promise<{ restored: RestoredObject[]; kept: number; lacking: string[] }> {
  const included = new Set<string>()
  for await (const group of backup.objects()) for (const { id } of group) included.add(id)
  const restored: RestoredObject[] = []
  const lacking: string[] = []
  let kept = 0
  for await (const group of backup.rows('objects'))
    for (const line of group) {
      const row = JSON.parse(line) as ObjectRow & { readonly created_at: string | Date }
      const isKept = row.state === 'spooled' || row.state === 'stored'
      if (!isKept || erased.has(row.id)) continue
      if (!included.has(row.id)) {
        lacking.push(row.id)
        continue
      }
      const { stored, wasThere } = await putObject(parts, { ...row, created_at: new Date(row.created_at) })
      if (wasThere) kept += 1
      restored.push({
        id: row.id,
        store: stored.store,
        key: stored.key,
        version_id: stored.versionId ?? null,
        lock_mode: stored.lock?.mode ?? null,
        lock_until: stored.lock?.until ?? null,
      })
      if (restored.length % 100 === 0)
        onStep({ step: 'objects', objects: restored.length, of: included.size })
    }
  return { restored, kept, lacking }
}

async function putObject(
  { from, stores, drafts }: RestoreParts,
  row: ObjectRow,
): Promise<{ stored: StoredObject; wasThere: boolean }> {
  const listed = row.store === null ? undefined : stores.all.get(row.store)
  const store = listed ?? stores.placeOf(row.kind as ObjectKind, row.tenant)
  const key = listed === undefined || row.key === null ? keyOf(row) : row.key
  const { bytes, sha256 } = row
  const there = await store
    .head({ store: store.id, key, versionId: row.version_id ?? undefined })
    .catch(() => undefined)
  if (there?.bytes === bytes && there.sha256 === sha256) return { stored: there, wasThere: true }
  const source = storeSource(from, { store: from.id, key: objectKey(sha256), bytes })
  try {
    const stored = await copyObject(source, { bytes, sha256 }, { store, key, file: join(drafts, sha256) })
    if (stored === undefined) throw tampered(sha256)
    return { stored, wasThere: false }
  } catch (error) {
    if (!isObjectError(error, 'OBJECT_EXISTS')) throw error
    throw new BackupError('RESTORE_NOT_EMPTY', 'a store holds another object under a key', {
      part: `${store.id}/${key}`,
      cause: error,
    })
  }
}

async function putRows(
  { database, clock }: RestoreParts,
  backup: OpenBackup,
  o: { restored: RestoredObject[]; lacking: string[]; erased: Erasure[]; destroyed: string[] },
): Promise<void> {
  await database.kysely.transaction().execute(async (transaction) => {
    for (const { table } of backup.manifest.tables)
      for await (const group of backup.rows(table)) await insertLines(transaction, table, group)
    await advanceSequences(transaction)
    const at = new Date(clock.now())
    await settleRestored(transaction, { ...o, backup: backup.manifest.id, manifestSha256: backup.sha256, at })
    await applyErasures(transaction, { erased: o.erased, destroyedKeys: o.destroyed, at })
  })
}
