import type { Log } from '#kernel'
import { ObjectError, type ObjectStore } from '#objects'
import {
  backupsPrefix,
  manifestName,
  objectKey,
  objectsPrefix,
  partKey,
  readPartKey,
  startedMs,
} from './places.ts'
import { listBackups, openBackup, type OpenBackupKey } from './read-backup.ts'

/** Older files of a backup that has no manifest were left by one that failed. */
const staleMs = 24 * 60 * 60_000

/**
 * Removes all whole backups but the newest `keep`, what failed ones left, and the objects that none of the others needs. What a lock keeps stays, and
 * is tried again the next time. While one that stays cannot be opened, nothing is removed: it may need any object, and be worth none of
 * those that go. To be run while no other backup is made: one without a manifest yet names nothing that it needs.
 */
export async function pruneBackups(o: {
  readonly store: ObjectStore
  readonly keep: number
  readonly nowMs: number
  readonly openKey: OpenBackupKey
  readonly log: Log
}): Promise<{ readonly backups: readonly string[]; readonly objects: number }> {
  const whole = await listBackups(o.store)
  const old = whole.slice(0, Math.max(0, whole.length - o.keep))
  const needed = old.length === 0 ? undefined : await neededBy(o, whole.slice(old.length))
  const removed: string[] = []
  if (needed !== undefined)
    for (const id of old) if (await remove(o, partKey(id, manifestName))) removed.push(id) // first: a part less is no backup
  const stays = new Set(whole.filter((id) => !removed.includes(id)))
  const strays: string[] = []
  for await (const { key } of o.store.list(backupsPrefix)) {
    const part = readPartKey(key)
    if (part === undefined || stays.has(part.backup)) continue
    if (removed.includes(part.backup) || startedMs(part.backup) < o.nowMs - staleMs) strays.push(key)
  }
  for (const key of strays) await remove(o, key)
  if (needed === undefined || removed.length === 0) return { backups: removed, objects: 0 }
  return { backups: removed, objects: await removeUnneeded(o, needed) }
}

/** Keys of the objects that backups need; undefined when one of them cannot be opened. */
async function neededBy(
  o: Parameters<typeof pruneBackups>[0],
  stays: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const needed = new Set<string>()
  try {
    for (const id of stays) {
      using backup = await openBackup(o.store, id, o.openKey)
      for await (const group of backup.objects())
        for (const { sha256 } of group) needed.add(objectKey(sha256))
    }
    return needed
  } catch (error) {
    o.log.error('a backup that stays cannot be opened, so that no other is removed', { error })
    return undefined
  }
}

async function removeUnneeded(
  o: Parameters<typeof pruneBackups>[0],
  needed: ReadonlySet<string>,
): Promise<number> {
  const unneeded: string[] = []
  for await (const { key } of o.store.list(objectsPrefix)) if (!needed.has(key)) unneeded.push(key)
  let count = 0
  for (const key of unneeded) if (await remove(o, key)) count += 1
  return count
}

async function remove({ store, log }: Parameters<typeof pruneBackups>[0], key: string): Promise<boolean> {
  try {
    await store.delete({ store: store.id, key })
    return true
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error
    log.warn('a file of an old backup cannot be removed yet', {
      code: error.code,
      until: error.until?.toISOString(),
    })
    return false
  }
}
